"""Which labels a project uses, so that a new configuration orphans none of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from communique.annotations.label_studio.remote import Remote, same_config
from communique.errors import CommuniqueError

__all__ = ["check_config", "labels_in_use", "labels_of", "update_config"]

RELATION = "relation"


def check_config(remote: Remote, config: str) -> None:
    """Refuse to go on with a project whose screen is another one.

    Raises:
        CommuniqueError: it is.

    """
    if not same_config(remote.config, config):
        raise CommuniqueError(
            f"the project {remote.title!r} has another labelling configuration than the schema; "
            "run push --update-config (which refuses to drop labels in use), or name another "
            "project with --project"
        )


def update_config(remote: Remote, config: str) -> list[str]:
    """Set the configuration of a project, unless that would orphan labels in use.

    Raises:
        CommuniqueError: it would.

    """
    lost = sorted(labels_in_use(remote) - labels_of(config))
    if lost:
        named = ", ".join(f"{control}: {label}" for control, label in lost[:10])
        more = f" and {len(lost) - 10} more" if len(lost) > 10 else ""
        raise CommuniqueError(
            f"the project {remote.title!r} uses labels that the new configuration does not have "
            f"({named}{more}); pull, change these annotations, and try again"
        )
    remote.client.set_config(remote.id, config)
    return [f"the configuration of {remote.title!r} was replaced"]


def labels_in_use(remote: Remote) -> set[tuple[str, str]]:
    """Every label, choice and relation in annotations, drafts and predictions, by its control."""
    used: set[tuple[str, str]] = set()
    for task in remote.client.export(remote.id):
        groups = [*(task.get("annotations") or ()), *(task.get("drafts") or ())]
        if task.get("predictions"):
            groups += remote.client.predictions(int(task["id"]))
        for group in groups:
            if isinstance(group, dict):
                for one in group.get("result") or ():
                    used |= _labels(one)
    return used


def _labels(one: Mapping[str, Any]) -> set[tuple[str, str]]:
    if one.get("type") == RELATION:
        return {(RELATION, str(label)) for label in one.get("labels") or ()}
    control, value = str(one.get("from_name")), one.get("value")
    kind = str(one.get("type"))
    values = value.get(kind) if isinstance(value, Mapping) else None
    if kind == "textarea" or not isinstance(values, list):
        return {(control, "")}
    return {(control, str(label)) for label in values} | {(control, "")}


def labels_of(config: str) -> set[tuple[str, str]]:
    """Every label, choice and relation that a configuration offers, and each control by itself."""
    offered: set[tuple[str, str]] = set()
    for element in ElementTree.fromstring(config).iter():
        if element.tag == "Relation":
            offered.add((RELATION, element.get("value", "")))
        elif name := element.get("name"):
            offered.add((name, ""))
            inner = (part for part in element.iter() if part is not element)
            offered |= {
                (name, part.get("alias") or part.attrib["value"])
                for part in inner
                if part.get("value")
            }
    return offered
