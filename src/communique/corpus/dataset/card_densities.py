"""Densities on the dataset card: the corpus beside the bands of real news, and the quotas."""

from __future__ import annotations

from communique.corpus.density.bands import load_bands
from communique.corpus.density.quotas import load_quotas, quota_counts
from communique.corpus.density.stats import document_stats, group_stats
from communique.corpus.documents import Corpus
from communique.project import Project

__all__ = ["densities_section"]

MARKS = {-1: "**below**", 0: "", 1: "**above**"}


def densities_section(project: Project, corpus: Corpus) -> str:
    """What `communique corpus stats` says of the open documents, outside values named first."""
    own, quotas = project.corpus / "bands.yaml", project.corpus / "quotas.yaml"
    documents = document_stats(corpus)
    groups = group_stats(documents, "corpus", load_bands(own if own.is_file() else None))
    if not groups:
        return ""
    (group,) = groups
    rows = "".join(
        f"| {cell.quantity.title} | {cell.value:.1f} | {cell.band or ''} | {cell.quantity.unit} "
        f"| {MARKS[cell.side]} |\n"
        for cell in group.cells
        if cell.value is not None
    )
    outside = [cell.quantity.title for cell in group.cells if cell.side]
    text = (
        "## How like real news it is\n\n"
        "The bands were measured on PolNeAR, GUM news, GeoWebNews, German Wikinews, ECB+ and the\n"
        "reference story, those of types and sentence deviation on the Lee corpora. "
        + (f"Outside their band: {', '.join(outside)}.\n" if outside else "All are within.\n")
        + "".join(
            f"- {one.quantity.title}: {one.argued}\n"
            for one in group.cells
            if one.side and one.argued
        )
        + "\n| quantity | value | band | unit | |\n| --- | --- | --- | --- | --- |\n"
        + rows
    )
    if quotas.is_file():
        found = quota_counts(documents, load_quotas(quotas))
        text += (
            f"\nThe {load_quotas(quotas).split} split was composed to have enough of what systems "
            "get wrong:\n\n| phenomenon | found | at least |\n| --- | --- | --- |\n"
            + "".join(f"| {one.title} | {one.found} | {one.least} |\n" for one in found)
        )
    return text
