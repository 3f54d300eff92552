"""A new workspace: the shipped rules and templates beside settings that are to be filled in."""

from __future__ import annotations

import shutil
from pathlib import Path

from cobranza_rules.config import FILE_NAME
from cobranza_rules.language import _
from cobranza_rules.mail.maildir_mailbox import make_maildir
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rulebook.publishing import publish_shipped
from cobranza_rules.workspace import open_workspace

INCOMING = "correo-recibido"  # The mailbox folder that the settings below name
PACKAGE = Path(__file__).parent
SETTINGS = """\
# Los ajustes de este espacio de trabajo; docs/configuration.es.md los explica todos.
language = "es"
timezone = "America/Mexico_City"
mode = "supervised"          # shadow: nada sale; supervised: el analista libera cada mensaje; automatic
engine = "ENGINE"

[company]
rfc = "XXX010101XX0"         # el de su empresa
name = ""
address = ""
city = ""
phone = ""
email = ""

# Una cuenta por moneda:
# [[company.accounts]]
# currency = "MXN"
# bank = ""
# account = ""
# clabe = ""
# beneficiary = ""

[people.administration_manager]
name = ""
title = "Gerente de Administración"
title_en = "Administration Manager"
email = ""

[people.collections_analyst]
name = ""
title = "Analista de Cobranza"
title_en = "Collections Analyst"
email = ""

[people.supervisor]
name = ""
title = "Supervisión de Cobranza"
title_en = "Collections Supervisor"
email = ""

[people.sales_manager]
name = ""
title = "Gerente de Ventas"
title_en = "Sales Manager"
email = ""

[people.accounting]
name = ""
title = "Contabilidad"
email = ""

[mail]
address = ""
display_name = ""

[mail.out]
kind = "maildir"             # smtp, cuando quiera que salga correo
path = "correo-enviado"

[mail.incoming]
kind = "maildir"             # imap, para leer su buzón
path = "correo-recibido"

# Cuando Ventas pide cada factura, con contrato y aprobación:
# [billing]
# requests_required = true
# accepted_to = ["collections_analyst"]   # y quien factura
# refused_to = ["sales_manager"]
"""


def shipped(name: str) -> Path:
    """The folder `rules` or `templates` that comes with the program: in the wheel beside the code, in a checkout at the top."""
    inside = PACKAGE / "shipped" / name
    return inside if inside.is_dir() else PACKAGE.parents[1] / name


def make_workspace(folder: Path, settings: str | None = None) -> None:
    """Its rules are in force from the start. Raises ProblemError where a workspace is there already: nothing of it is overwritten."""
    if (folder / FILE_NAME).exists():
        raise ProblemError([Problem(_("there is a workspace already"), _("choose another folder"), str(folder / FILE_NAME))])
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(shipped("rules"), folder / "rules", dirs_exist_ok=True)
    shutil.copytree(shipped("templates"), folder / "templates", dirs_exist_ok=True)
    make_maildir(folder / INCOMING)
    (folder / FILE_NAME).write_text(settings or SETTINGS.replace("ENGINE", best_engine()), encoding="utf-8")
    workspace = open_workspace(folder)
    try:
        publish_shipped(workspace, "cobranza init")
    finally:
        workspace.close()


def best_engine() -> str:
    """durable, unless durable-rules cannot be had on this machine."""
    from importlib.util import find_spec

    return "durable" if find_spec("durable_rules_engine") else "native"
