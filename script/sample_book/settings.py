"""cobranza.toml of the synthetic company."""

from __future__ import annotations

ACCOUNT_NUMBERS = {"bbva": "00012345678", "banamex": "00055566677", "hsbc": "00087654321"}
ACCOUNTS = {"@CLABE-MXN@": ACCOUNT_NUMBERS["bbva"], "@CLABE-MXN-2@": ACCOUNT_NUMBERS["banamex"], "@CLABE-USD@": ACCOUNT_NUMBERS["hsbc"]}
TEMPLATE = """\
# La empresa de los ejemplos: EKU9003173C9 es un RFC de prueba del SAT; personas, cuentas y direcciones son inventadas.
# Todos los ajustes se explican en docs/configuration.es.md.

language = "es"
timezone = "America/Mexico_City"
mode = "supervised"          # shadow: nada sale; supervised: el analista libera cada mensaje; automatic
database = "sqlite:///cobranza.db"
documents = "documentos"
rules = "rules"
templates = "templates"
rubric = "automatic"

[company]
rfc = "EKU9003173C9"
name = "ESCUELA KEMPER URGATE"
address = "Avenida de la Muestra 100, Colonia Ejemplo, 06000 Ciudad de México"
city = "Ciudad de México"
phone = "55 0000 0000"
email = "cobranza@kemper.example"
website = "www.kemper.example"
privacy_notice = "Sus datos se tratan conforme al aviso de privacidad publicado en www.kemper.example/privacidad."

[[company.accounts]]
currency = "MXN"
bank = "BANCO DE EJEMPLO"
account = "00012345678"
clabe = "@CLABE-MXN@"
beneficiary = "ESCUELA KEMPER URGATE"
statements = "bbva"          # sus estados de cuenta llegan como los escribe este banco (rules/banks/bbva.yaml)

[[company.accounts]]         # las cartas dan la primera de cada moneda; en ésta también se cobra
currency = "MXN"
bank = "BANCO DE EJEMPLO"
account = "00055566677"
clabe = "@CLABE-MXN-2@"
beneficiary = "ESCUELA KEMPER URGATE"
statements = "banamex"

[[company.accounts]]
currency = "USD"
bank = "BANCO DE EJEMPLO"
account = "00087654321"
clabe = "@CLABE-USD@"
beneficiary = "ESCUELA KEMPER URGATE"
swift = "EJEMMXMMXXX"
statements = "hsbc"
bank_address = "Avenida de la Muestra 1, 06000 Ciudad de México, Mexico"

[discounts]
limits = { MXN = "500.00", USD = "30.00" }   # lo que pase de ahí lo aprueba la gerencia de administración

[people.administration_manager]
name = "Adela Muestra Ejemplo"
title = "Gerente de Administración"
title_en = "Administration Manager"
email = "administracion@kemper.example"
phone = "55 0000 0010"

[people.collections_analyst]
name = "Benito Muestra Ejemplo"
title = "Analista de Cobranza"
title_en = "Collections Analyst"
email = "analista@kemper.example"
phone = "55 0000 0020"

[people.supervisor]
name = "Celia Muestra Ejemplo"
title = "Supervisora de Cobranza"
title_en = "Collections Supervisor"
email = "supervision@kemper.example"
phone = "55 0000 0021"

[people.sales_manager]
name = "Diego Muestra Ejemplo"
title = "Gerente de Ventas"
title_en = "Sales Manager"
email = "ventas@kemper.example"
phone = "55 0000 0030"

[people.accounting]
name = "Elvira Muestra Ejemplo"
title = "Jefa de Contabilidad"
title_en = "Head of Accounting"
email = "contabilidad@kemper.example"
phone = "55 0000 0040"

[mail]
address = "cobranza@kemper.example"
display_name = "Cobranza, Escuela Kemper Urgate"

[mail.out]
kind = "maildir"             # cada mensaje queda como archivo; con kind = "smtp" sale por el servidor de correo
path = "correo-enviado"

[mail.incoming]
kind = "maildir"
path = "correo-recibido"
authserv_id = "mx.kemper.example"
"""


def clabe(bank: str, plaza: str, account: str) -> str:
    """18 digits: bank 3, plaza 3, account 11 and the check digit, which is weighed 3, 7, 1 by position (Banxico, Circular 14/2017)."""
    body = f"{bank}{plaza}{account}"
    weighed = sum(int(digit) * weight % 10 for digit, weight in zip(body, (3, 7, 1) * 6, strict=False))
    return f"{body}{(10 - weighed % 10) % 10}"


def settings() -> str:
    """Bank 999 does not exist."""
    text = TEMPLATE
    for mark, account in ACCOUNTS.items():
        text = text.replace(mark, clabe("999", "180", account))
    return text
