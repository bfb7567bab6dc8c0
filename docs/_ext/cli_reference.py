"""The directive ``cli-reference``: every verb of the program with its arguments and options.

It reads the program itself, so that the page cannot fall behind it.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def _lines(text: str | None) -> list[str]:
    """Give paragraphs of a help text, each on one line."""
    paragraphs = (text or "").replace("\b", "").split("\n\n")
    return [" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip()]


def _entry(parameter: Any, context: Any) -> list[str]:
    """Describe an argument or option as an item of a definition list, as ``--help`` does."""
    record = parameter.get_help_record(context)
    if record is None:
        return []
    name, told = record
    # Dashes of options stay dashes.
    told = re.sub(r"(--[a-z-]+)", r"``\1``", " ".join(told.split()).replace("*", r"\*"))
    return [f"``{name}``", f"   {told or '(no description)'}", ""]


class CliReference(SphinxDirective):
    """List all verbs of ``dsr.cli.main.app``."""

    def run(self) -> list[nodes.Node]:
        import typer

        from dsr.cli.main import app

        program = typer.main.get_command(app)
        context = typer.Context(program, info_name="dsr")
        text: list[str] = []
        for verb in program.list_commands(context):
            command = program.get_command(context, verb)
            if command is None or command.hidden:
                continue
            inner = typer.Context(command, info_name=verb, parent=context)
            usage = " ".join(command.collect_usage_pieces(inner))
            text += [f"dsr {verb}", "-" * (4 + len(verb)), ""]
            text += [f"``dsr {verb} {usage}``", ""]
            for paragraph in _lines(command.help):
                text += [paragraph, ""]
            for parameter in command.params:
                text += _entry(parameter, inner)
        container = nodes.section()
        container.document = self.state.document
        self.state.nested_parse(StringList(text, "cli"), 0, container, match_titles=True)
        return list(container.children)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("cli-reference", CliReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
