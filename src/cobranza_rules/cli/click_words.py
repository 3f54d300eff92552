"""What click itself says of options, arguments and errors, said in the user's language like everything else.

click looks its sentences up with gettext in the domain of the program, so that they are marked here and stand in our catalogue.
Sentences of older click versions that the program also runs with are marked too.
"""

from __future__ import annotations

import gettext
import os

from cobranza_rules.catalogue import DOMAIN, FOLDER
from cobranza_rules.language import N_


def ngettext_noop(one: str, many: str) -> tuple[str, str]:
    """Marks a sentence with a singular and a plural for the catalogue."""
    return one, many


HEADINGS = (N_("Usage:"), N_("Usage: "), N_("Options"), N_("Commands"), N_("Positional arguments"))
HELP = (
    N_("Show this message and exit."),
    N_("Show the version and exit."),
    N_("%(prog)s, version %(version)s"),
    N_("required"),
    N_("default: {default}"),
    N_("Try '{command} {option}' for help."),
)
ERRORS = (
    N_("Error: {message}"),
    N_("Aborted!"),
    N_("Invalid value: {message}"),
    N_("Invalid value for {param_hint}: {message}"),
    N_("Missing argument"),
    N_("Missing option"),
    N_("Missing parameter"),
    N_("Missing command."),
    N_("No such option {name!r}."),
    N_("No such option: {name}"),
    N_("No such command {name!r}."),
    N_("Option {name!r} does not take a value."),
    N_("Argument {name!r} takes {nargs} values."),
    N_("Could not open file {filename!r}: {message}"),
    N_("unknown error"),
)
VALUES = (
    N_("{value!r} is not a valid {number_type}."),
    N_("{name} {filename!r} does not exist."),
    N_("{name} {filename!r} is a file."),
    N_("{name} {filename!r} is a directory."),
    N_("{name} {filename!r} is not readable."),
    N_("{name} {filename!r} is not writable."),
    N_("Choose from:\n\t{choices}"),
    N_("file"),
    N_("directory"),
    N_("path"),
)
COUNTED = (
    ngettext_noop("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ngettext_noop("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ngettext_noop("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ngettext_noop("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
)
# What stands for a value or an argument in the line of usage.
METAVARS = (
    N_("[OPTIONS]"),
    N_("COMMAND [ARGS]..."),
    N_("TEXT"),
    N_("INTEGER"),
    N_("YYYY-MM-DD"),
    N_("FOLDER"),
    N_("FILE"),
    N_("FILES"),
    N_("PATHS"),
    N_("NAME"),
    N_("NUMBER"),
    N_("INVOICES"),
    N_("NUMBERS"),
    N_("CUSTOMER"),
    N_("INVOICE"),
    N_("INVOICES"),
    N_("TEMPLATE"),
    N_("TEMPLATES"),
    N_("FORMATS"),
    N_("KIND"),
    N_("DOCUMENTS"),
)


def speak(language: str) -> None:
    """Before commands are built: click reads some of its words, such as `file`, when a parameter is made."""
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)
    # The variable by which gettext chooses a language. It is the only one that click's look-ups heed, and our own choice looks at others.
    os.environ["LANGUAGE"] = language
