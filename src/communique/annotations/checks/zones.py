"""Checks of zones, and of what stands in them."""

from __future__ import annotations

from collections.abc import Iterator

from communique.annotations.checks.check import Finding, check
from communique.annotations.checks.context import Context
from communique.annotations.record import Zone
from communique.errors import quoted

__all__: list[str] = []


@check("zone.overlap", "Are zones disjoint?", mend="end one zone where the next one begins")
def overlap(context: Context) -> Iterator[Finding]:
    """Every place of a page is one thing."""
    zones = sorted(context.in_list("zones"), key=lambda one: one.span)
    furthest = None
    for one in zones:
        if furthest and one.span.start < furthest.span.end:
            found = f"{list(one.span)} over {quoted(furthest.id)} {list(furthest.span)}"
            yield Finding(one.path, found, "zones that share nothing")
        if furthest is None or one.span.end > furthest.span.end:
            furthest = one


@check(
    "zone.duplicate",
    "Does a repeated zone point to the zone that is not itself a repetition?",
    mend="let duplicate_of name the first of the zones that say the same",
)
def duplicate(context: Context) -> Iterator[Finding]:
    """All repetitions name the one zone that is annotated."""
    zones = {zone.id: zone for zone in context.record.zones or ()}
    for index, zone in enumerate(context.record.zones or ()):
        original = zones.get(zone.duplicate_of or "")
        if original is not None and (original is zone or original.duplicate_of is not None):
            what = "itself" if original is zone else f"{quoted(original.id)}, a repetition"
            yield Finding(f"$.zones[{index}].duplicate_of", what, "a zone that repeats none")


@check(
    "zone.repetition",
    "Does a repeated zone say the same as the other?",
    mend="annotate both, or correct duplicate_of",
    severity="warning",
    needs_text=True,
)
def repetition(context: Context) -> Iterator[Finding]:
    """Differences in white space and case do not count, nor does a credit at the end of one."""
    zones = {zone.id: zone for zone in context.record.zones or ()}

    def said(zone: Zone) -> str:
        return " ".join(context.words(zone.span).casefold().split())

    for index, zone in enumerate(context.record.zones or ()):
        original = zones.get(zone.duplicate_of or "")
        if original is None or not (context.is_sound(zone.span) & context.is_sound(original.span)):
            continue
        one, other = said(zone), said(original)
        if one not in other and other not in one:
            found = quoted(context.words(zone.span))
            expected = f"the words of {quoted(original.id)}"
            yield Finding(f"$.zones[{index}].duplicate_of", found, expected)


@check(
    "zone.masked",
    "Is nothing annotated in bylines, boilerplate and repeated captions?",
    mend="remove the annotation, or correct the zone",
)
def masked(context: Context) -> Iterator[Finding]:
    """Masked zones are not part of the story."""
    if not context.masked:
        return
    for one in context.sound_spans:
        if one.list != "zones" and context.masked.overlap(one.span):
            yield Finding(one.path, f"{list(one.span)} in a masked zone", "no annotation there")


@check(
    "zone.uncovered",
    "Do the zones cover every line of the page?",
    mend="extend a zone, or add one",
    severity="warning",
    needs_text=True,
)
def uncovered(context: Context) -> Iterator[Finding]:
    """White space between zones needs no zone."""
    covered = [one.span for one in context.in_list("zones")]
    text, reached = context.text or "", 0
    if not covered:
        return
    for start, end in [*sorted(covered), (len(text), len(text))]:
        gap = text[reached:start].strip()
        if gap:
            yield Finding("$.zones", f"{quoted(gap)} in no zone", "a zone around it")
        reached = max(reached, end)
