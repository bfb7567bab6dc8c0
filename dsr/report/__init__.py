"""One self-contained page for a run; loads on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsr.report.page import render, write_report

__all__ = ["render", "write_report"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'dsr.report' has no attribute {name!r}")
    from dsr.report import page

    return getattr(page, name)


def __dir__() -> list[str]:
    return sorted(__all__)
