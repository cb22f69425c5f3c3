"""The labelling screen: how every list and field of a record is named in Label Studio.

The whole screen follows from the schema, and so do its names: who knows the schema can map a
record to regions and back without reading the configuration.

============================  =======================================================  ===========
part of a record              on the screen                                            result type
============================  =======================================================  ===========
a zone, a time, an event      a region; ``from_name`` is the list (``zones``,          labels
                              ``times``, ``events``), the label is its type
a mention                     a region of ``mentions``; the label is the type of its   labels
                              entity
a fragment of a quote         a region of ``quotes``; the label is ``content`` or      labels
                              ``cue``
a label field (``level``)     ``{list}_{field}``, choices of the region                choices
a mode of an event            ``events_mode_{type}``: only what is legal is offered    choices
a true/false field            ``{list}_{field}`` with one choice, the field's name;    choices
                              chosen means true
a text field (``value``)      ``{list}_{field}``, a text area of the region            textarea
a reference (``source``)      a relation with the name of the field (``source``,       relation
                              ``addressees``, ``parent``, ``entity``, ``members``,
                              ``duplicate_of``), from the region that has the field to
                              the region that it points to
an argument                   a relation with the name of the role, from the trigger   relation
============================  =======================================================  ===========

What is not a region of its own hangs on one that is, its *head*:

- **An entity** hangs on its first mention: ``entities_kb``, ``entities_nil`` and the relations
  ``members`` (to the head of each member) stand there, and the other mentions point to it with
  ``entity``. Entities that are never mentioned (members of an aggregate) are written into the text
  area ``entities`` of the whole document, one JSON object per line.
- **A quote** hangs on its first ``content`` region: attributes stand there, and the relations
  ``content`` (to further fragments), ``cue``, ``source``, ``addressees`` and ``parent`` (to the
  head of the outer quote) start there. Two quotes with one cue both point to the same region.

A third thing stands on no part of a record: the text area ``memo``, which is never seen, holds what
neither regions nor their ids can (see ``communique.annotations.label_studio.memo``). There is a
screen for each of the two passes, spans and links, and one for both at once; all of them have all
controls under the same names.

A field without a choice has the default of the schema. Derived fields are not on the screen. Every
control has ``toName`` ``text``, and the text itself comes from the task's ``$text``.

Two things about Label Studio's editor matter here (read in its source, 2025):

- It gives every choice without a hotkey one of the keys in ``AUTOMATIC``, and a hotkey works on the
  selected region even when its panel is hidden. So all these keys belong to labels, and choices
  have none. The key ``u`` is its own: it ends the selection of a region.
- Pressing the key of a label while a region is selected adds that label to the region, so that one
  region may come back with labels of two lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal
from xml.etree import ElementTree

from communique.schemas.schema import Field, Label, RecordList, Schema

__all__ = [
    "AUTOMATIC",
    "HANGS_ON",
    "MEMO",
    "PASSES",
    "REGIONS",
    "TEXT",
    "UNMENTIONED",
    "Control",
    "control_name",
    "controls",
    "labelling_config",
    "relation_names",
]

TEXT = "text"
"""The name of the text on the screen, and the key of a task's data that holds it."""

UNMENTIONED = "entities"
"""The text area of the whole document that holds the entities without a mention."""

MEMO = "memo"
"""The hidden text area that carries what regions cannot: orders, entity ids, empty layers."""

REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "zones": "zone_type",
        "mentions": "entity_type",
        "times": "time_type",
        "quotes": "quote_part",
        "events": "event_type",
    }
)
"""The lists whose items are drawn in the text, and the vocabulary that labels their regions."""

HANGS_ON = {"entities": "mentions"}
"""Lists without a span of their own, and the list whose regions carry their fields."""

PASSES: tuple[str, ...] = ("spans", "links", "all")
"""The screens: drawing the spans, linking and describing them, and both at once."""

AUTOMATIC = "1234567890qwetasdfgzxcvbyiopjklnm"
"""The keys that Label Studio's editor hands out by itself to labels and choices without one."""

UNFILTERED = 8
"""Up to so many labels are seen at a glance and need no filter, which takes a line."""

STYLE = """
.communique-screen { display: flex; align-items: flex-start; }
.communique-pane { flex: 0 0 21em; position: sticky; top: 0; max-height: calc(100vh - 11em);
  overflow-y: auto; padding-right: 1em; }
.communique-pane h4 { margin: .4em 0 .1em !important; font-size: 1em; line-height: 1.3; }
.communique-pane [class*=choices], .communique-pane [class*=lsf-labels] {
  margin: .1em 0 !important; }
.communique-text { flex: 1 1 auto; min-width: 0; }
.communique-text [class*=richtext__container] { line-height: 2.3; }
.communique-attributes { border-left: 3px solid; padding-left: .6em; margin-bottom: 1em; }
.communique-pane [data-testid=textarea-counts] { display: none; }
.communique-memo { display: none; }
.communique-rules h4 { font-size: .9em; margin-top: 1em !important; text-decoration: underline; }
.communique-rules h4:first-child { font-weight: 400; margin-top: 0 !important;
  text-decoration: none; }
.communique-rule { display: flex; gap: .5em; }
.communique-rules .communique-rule h4 { font-weight: 400; margin-top: 0 !important;
  text-decoration: none; }
.communique-rules .communique-rule h4:first-child { flex: 0 0 7em; font-weight: 600;
  overflow-wrap: anywhere; }
.relations-overlay g[class*=relationItem]:not(:last-of-type) { opacity: .2; }
.relations-overlay:has(path[opacity="1"]) g[class*=relationItem] { opacity: .04; }
body:has(.lsf-outliner):not(:has(.lsf-relations)) .relations-overlay
  g[class*=relationItem]:not(:last-of-type) { opacity: 0; }
.relations-overlay g[class*=relationItem]:has(path[opacity="1"]) {
  opacity: 1 !important; }
"""
"""Arrows are hidden while the list of regions is open and that of relations is not, but for the
newest. With the list of relations open they step back behind the text, and still more while the
pointer is on one in the list, which is then drawn in full. Where the editor calls its lists
otherwise, the arrows are simply pale."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control of the screen, and the part of a record that it holds.

    ``values`` are the labels or choices that it offers; ``label`` is the event type of a mode.
    """

    name: str
    type: Literal["labels", "choices", "textarea"]
    list_name: str = ""
    field: str = ""
    values: tuple[str, ...] = ()
    label: str | None = None


def control_name(list_name: str, field: str, label: str | None = None) -> str:
    """The ``from_name`` of an attribute; ``label`` is the event type that a mode belongs to."""
    return "_".join(part for part in (list_name, field, label) if part)


@cache
def controls(schema: Schema) -> Mapping[str, Control]:
    """Every control of the screen by its name."""
    found = [Control(UNMENTIONED, "textarea"), Control(MEMO, "textarea")]
    for list_name, vocabulary in REGIONS.items():
        found.append(
            Control(list_name, "labels", list_name, "type", tuple(schema.labels(vocabulary)))
        )
    for record_list in schema.lists.values():
        for field in _attribute_fields(record_list):
            found.extend(_controls_of(record_list.name, field, schema))
    return MappingProxyType({control.name: control for control in found})


def _controls_of(list_name: str, field: Field, schema: Schema) -> Iterator[Control]:
    name = control_name(list_name, field.name)
    if field.kind == "string":
        yield Control(name, "textarea", list_name, field.name)
    elif field.kind == "bool":
        yield Control(name, "choices", list_name, field.name, (field.name,))
    elif field.of == "event_mode":
        for label in schema.vocabularies["event_type"].values():
            if label.modes:
                name = control_name(list_name, field.name, label.name)
                yield Control(name, "choices", list_name, field.name, label.modes, label.name)
    else:
        yield Control(name, "choices", list_name, field.name, schema.labels(str(field.of)))


def _attribute_fields(record_list: RecordList) -> Iterator[Field]:
    """The fields of a list that are chosen or typed, not drawn."""
    for field in record_list.fields:
        labels_the_region = field.name == "type" and record_list.name in (*REGIONS, *HANGS_ON)
        if not (field.derived or labels_the_region) and field.kind in ("label", "bool", "string"):
            yield field


def relation_names(schema: Schema) -> tuple[str, ...]:
    """The names of all relations, in the order of the schema and each once."""
    names: dict[str, None] = {}
    for record_list in schema.lists.values():
        for field in record_list.fields:
            if field.kind in ("ref", "refs", "spans"):
                names[field.name] = None
            for inner in field.fields:
                if inner.kind == "label":
                    names |= dict.fromkeys(schema.labels(str(inner.of)))
    return tuple(names)


def labelling_config(schema: Schema, pass_: str = "all") -> str:
    """The labelling configuration of a pass as XML.

    Every screen has every control, since a save rewrites or drops what the screen does not know;
    what belongs to another pass is there too, but folded away.
    """
    if pass_ not in PASSES:
        raise ValueError(f"found pass {pass_!r}, expected one of {', '.join(PASSES)}")
    root = ElementTree.Element("View", className="communique-screen")
    note = " Generated from communique.yaml by `communique schemas generate`; do not edit. "
    root.append(ElementTree.Comment(note))
    ElementTree.SubElement(root, "Style").text = STYLE
    relations = ElementTree.SubElement(root, "Relations", choice="multiple")
    for name in relation_names(schema):
        ElementTree.SubElement(relations, "Relation", value=name)
    pane = ElementTree.SubElement(root, "View", className="communique-pane")
    pane.append(_rules(schema))
    labels = [part for name in REGIONS for part in _labels(name, schema)]
    if pass_ == "spans":
        pane.extend(_panels(schema, _needed))
        pane.extend(labels)
        other = [*_panels(schema, lambda field: not _needed(field)), *_unmentioned()]
        pane.append(_folded("for the pass of links", other))
    elif pass_ == "links":
        pane.extend(_panels(schema))
        pane.extend(_unmentioned())
        pane.append(_folded("for the pass of spans", labels))
    else:
        pane.extend(_panels(schema))
        pane.extend(labels)
        pane.extend(_unmentioned())
    memo = ElementTree.SubElement(root, "View", className="communique-memo")
    memo.append(_document_area(MEMO, "kept by communique"))
    right = ElementTree.SubElement(root, "View", className="communique-text")
    ElementTree.SubElement(
        right, "Text", name=TEXT, value=f"${TEXT}", granularity="symbol", showLabels="true"
    )
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _needed(field: Field) -> bool:
    """Whether a span is not complete without the field."""
    return field.required


def _folded(title: str, content: Iterable[ElementTree.Element]) -> ElementTree.Element:
    """A panel that is closed until somebody opens it."""
    folded = ElementTree.Element("Collapse", bordered="false", open="false")
    ElementTree.SubElement(folded, "Panel", value=title).extend(content)
    return folded


def _rules(schema: Schema) -> ElementTree.Element:
    """What each label, relation and field means, folded away at the top of the pane."""
    rules = ElementTree.Element("View", className="communique-rules")
    where = (
        "The whole guidelines: the button Instructions above, or schemas/guidelines.md in the "
        "repository. Arrows are seen while the tab Relations is open."
    )
    rules.append(_header(where))
    for list_name, vocabulary in REGIONS.items():
        labels = schema.vocabularies[vocabulary].values()
        meanings = {label.name: label.description for label in labels}
        rules.extend(_group(list_name, meanings))
    rules.extend(_group("relations", _relations(schema)))
    for list_name, record_list in schema.lists.items():
        fields = {field.name: field.description for field in _attribute_fields(record_list)}
        rules.extend(_group(f"fields of {list_name}", fields))
    return _folded("rules in short", [rules])


def _group(title: str, meanings: Mapping[str, str]) -> Iterator[ElementTree.Element]:
    """A heading and one line for each name; nothing if there are none."""
    if meanings:
        yield _header(title)
    for name, meaning in meanings.items():
        line = ElementTree.Element("View", className="communique-rule")
        line.extend([_header(name), _header(meaning)])
        yield line


def _relations(schema: Schema) -> dict[str, str]:
    """What each relation says, in the order of ``relation_names``."""
    meanings: dict[str, str] = {}
    for record_list in schema.lists.values():
        for field in record_list.fields:
            meanings.setdefault(field.name, field.description)
            for inner in field.fields:
                if inner.kind == "label":
                    labels = schema.vocabularies[str(inner.of)].values()
                    meanings |= {label.name: label.description for label in labels}
    return {name: meanings[name] for name in relation_names(schema)}


def _unmentioned() -> Iterator[ElementTree.Element]:
    yield _header("entities without a mention")
    yield _document_area(UNMENTIONED, '{"id": "e9", "type": "GPE", "kb": "…"}')


def _document_area(name: str, placeholder: str) -> ElementTree.Element:
    return ElementTree.Element(
        "TextArea",
        name=name,
        toName=TEXT,
        rows="2",
        maxSubmissions="1",
        editable="true",
        placeholder=placeholder,
    )


def _panels(
    schema: Schema, wanted: Callable[[Field], bool] = lambda field: True
) -> Iterator[ElementTree.Element]:
    """The attributes of each list, shown when one of its regions is selected."""
    for list_name in REGIONS:
        carried = [list_name, *(name for name, carrier in HANGS_ON.items() if carrier == list_name)]
        controls = [
            control
            for name in carried
            for control in _attributes(schema.lists[name], schema, wanted)
        ]
        if controls:
            # The cue of a quote has no attributes: they hang on the content.
            panel = _shown_for(list_name, "content" if list_name == "quotes" else None)
            panel.set("className", "communique-attributes")
            panel.extend(controls)
            yield panel


def _attributes(
    record_list: RecordList, schema: Schema, wanted: Callable[[Field], bool]
) -> Iterator[ElementTree.Element]:
    """What is chosen or typed for one region, each control under the name of its field."""
    for field in filter(wanted, _attribute_fields(record_list)):
        name = control_name(record_list.name, field.name)
        match field.kind:
            case "label" if field.of == "event_mode":
                yield from _modes(record_list.name, field, schema)
            case "label":
                yield _header(_title(field))
                yield _choices(name, schema.vocabularies[str(field.of)])
            case "bool":
                choice = {field.name: Label(field.name, field.description)}
                yield _choices(name, choice, choice="multiple")
            case _:
                yield _header(_title(field))
                yield ElementTree.Element(
                    "TextArea",
                    name=name,
                    toName=TEXT,
                    perRegion="true",
                    rows="1",
                    maxSubmissions="1",
                    editable="true",
                    placeholder=field.description,
                )


def _modes(list_name: str, field: Field, schema: Schema) -> Iterator[ElementTree.Element]:
    """One set of choices per event type that has modes, shown for regions of that type."""
    for label in schema.vocabularies["event_type"].values():
        if label.modes:
            panel = _shown_for(list_name, label.name)
            panel.append(_header(f"{field.name} of {label.name}"))
            modes = {mode: schema.vocabularies["event_mode"][mode] for mode in label.modes}
            panel.append(_choices(control_name(list_name, field.name, label.name), modes))
            yield panel


def _shown_for(list_name: str, label: str | None) -> ElementTree.Element:
    """A view that is there only while a region of the list is selected."""
    view = ElementTree.Element("View", visibleWhen="region-selected", whenTagName=list_name)
    if label:
        view.set("whenLabelValue", label)
    return view


def _child(parent: ElementTree.Element, tag: str, attributes: Mapping[str, str | None]) -> None:
    """Append an element; attributes without a value are left out."""
    given = {key: value for key, value in attributes.items() if value}
    ElementTree.SubElement(parent, tag, given)


def _labels(list_name: str, schema: Schema) -> Iterator[ElementTree.Element]:
    vocabulary = schema.vocabularies[REGIONS[list_name]]
    yield _header(list_name)
    if len(vocabulary) > UNFILTERED:
        yield ElementTree.Element(
            "Filter",
            name=f"{list_name}_filter",
            toName=list_name,
            minlength="0",
            placeholder=f"filter {list_name}",
        )
    labels = ElementTree.Element("Labels", name=list_name, toName=TEXT, showInline="true")
    for label in vocabulary.values():
        look = {"background": label.color, "hotkey": label.hotkey, "hint": label.description}
        _child(labels, "Label", {"value": label.name} | look)
    yield labels


def _choices(
    name: str, vocabulary: Mapping[str, Label], *, choice: str = "single"
) -> ElementTree.Element:
    choices = ElementTree.Element(
        "Choices", name=name, toName=TEXT, perRegion="true", choice=choice, showInline="true"
    )
    for label in vocabulary.values():
        _child(choices, "Choice", {"value": label.name, "hint": label.description})
    return choices


def _title(field: Field) -> str:
    return f"{field.name} (else {field.default})" if field.default else field.name


def _header(text: str) -> ElementTree.Element:
    return ElementTree.Element("Header", value=text, size="5")
