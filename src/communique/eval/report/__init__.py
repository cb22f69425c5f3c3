"""The report: one HTML file with the figures and the documents behind them."""

from __future__ import annotations

from communique.eval.report.report import report_page

__all__ = ["report_page"]
