"""Synthetic CFDI and document reports, always the same: `python -m benchmarks.synthetic_files KIND N FOLDER` prints where they are.

KIND is `cfdi`, a folder of N files, or any other, one workbook of N rows. They are kept in FOLDER for the next time.
"""

from __future__ import annotations

import base64
import datetime as dt
import random
import sys
import uuid
from decimal import Decimal
from pathlib import Path

import xlsxwriter

MADE = 1  # Part of the names: raised when the files change.
FIRST_DAY = dt.date(2026, 1, 5)
COMPANY = '<cfdi:Emisor Rfc="EKU9003173C9" Nombre="ESCUELA KEMPER URGATE" RegimenFiscal="601"/>'
CUSTOMERS = ("URE180429TM6", "XIA190128J61", "IVD920810GU2", "KIJ0906199R1", "EWE1709045U0", "OÑO120726RX3")
HEADINGS = (
    *("Fecha", "Vencimiento", "Concepto", "Serie", "Folio", "Código", "Cliente", "RFC", "Moneda"),
    *("Total", "Pendiente", "Cancelado", "Referencia", "UUID"),
)
_SPACES = (
    'xmlns:cfdi="http://www.sat.gob.mx/cfd/4" xmlns:pago20="http://www.sat.gob.mx/Pagos20" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.sat.gob.mx/cfd/4 http://www.sat.gob.mx/sitio_internet/cfd/4/cfdv40.xsd"'
)


def main() -> None:
    kind, n, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (f"intake-{MADE}-cfdi-{n}" if kind == "cfdi" else f"intake-{MADE}-{n}.xlsx")
    if not target.exists():
        made = target.with_name(f"{target.name}.making")
        (make_cfdi if kind == "cfdi" else make_workbook)(made, n)
        made.rename(target)
    print(target)


def make_cfdi(folder: Path, n: int) -> None:
    """Three of four are invoices of one to eight lines, the others payment receipts."""
    folder.mkdir(exist_ok=True)
    chance = random.Random(n)
    for number in range(n):
        content = receipt(chance, number) if number % 4 == 3 else invoice(chance, number)
        (folder / f"{number:07}.xml").write_text(content, encoding="utf-8")


def invoice(chance: random.Random, number: int) -> str:
    lines, net = [], Decimal(0)
    for line in range(chance.randint(1, 8)):
        amount = Decimal(chance.randint(10_000, 5_000_000)).scaleb(-2)
        net += amount
        lines.append(
            f'<cfdi:Concepto ClaveProdServ="81112101" NoIdentificacion="S-{line}" Cantidad="1" ClaveUnidad="E48" Unidad="Servicio" '
            f'Descripcion="Mantenimiento de la línea {line}" ValorUnitario="{amount}" Importe="{amount}" ObjetoImp="02"><cfdi:Impuestos>'
            f'<cfdi:Traslados><cfdi:Traslado Base="{amount}" Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.160000" '
            f'Importe="{tax(amount)}"/></cfdi:Traslados></cfdi:Impuestos></cfdi:Concepto>'
        )
    head = f'Serie="FA" Folio="{number}" SubTotal="{net}" Moneda="MXN" Total="{net + tax(net)}" TipoDeComprobante="I" MetodoPago="PPD" FormaPago="99"'
    taxes = (
        f'<cfdi:Impuestos TotalImpuestosTrasladados="{tax(net)}"><cfdi:Traslados><cfdi:Traslado Base="{net}" Impuesto="002" TipoFactor="Tasa" '
        f'TasaOCuota="0.160000" Importe="{tax(net)}"/></cfdi:Traslados></cfdi:Impuestos>'
    )
    return document(chance, number, head, "".join(lines), taxes, "")


def receipt(chance: random.Random, number: int) -> str:
    amount = Decimal(chance.randint(10_000, 5_000_000)).scaleb(-2)
    paid = (
        f'<pago20:Pagos Version="2.0"><pago20:Totales MontoTotalPagos="{amount}"/><pago20:Pago FechaPago="{FIRST_DAY}T12:00:00" FormaDePagoP="03" '
        f'MonedaP="MXN" TipoCambioP="1" Monto="{amount}" NumOperacion="{number}"><pago20:DoctoRelacionado IdDocumento="{uuid_of(chance)}" Serie="FA" '
        f'Folio="{number}" MonedaDR="MXN" EquivalenciaDR="1" NumParcialidad="1" ImpSaldoAnt="{amount}" ImpPagado="{amount}" ImpSaldoInsoluto="0.00" '
        'ObjetoImpDR="01"/></pago20:Pago></pago20:Pagos>'
    )
    line = '<cfdi:Concepto ClaveProdServ="84111506" Cantidad="1" ClaveUnidad="ACT" Descripcion="Pago" ValorUnitario="0" Importe="0" ObjetoImp="01"/>'
    head = f'Serie="P" Folio="{number}" SubTotal="0" Moneda="XXX" Total="0" TipoDeComprobante="P"'
    return document(chance, number, head, line, "", paid)


def document(chance: random.Random, number: int, head: str, lines: str, taxes: str, complement: str) -> str:
    """Seals and certificate have the lengths of real ones: they are half of a CFDI's bytes."""
    day, seal = FIRST_DAY + dt.timedelta(days=number % 300), sealed(chance, 256)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<cfdi:Comprobante {_SPACES} Version="4.0" Fecha="{day}T10:15:00" {head} Exportacion="01" '
        f'LugarExpedicion="64000" NoCertificado="30001000000500003416" Certificado="{sealed(chance, 1200)}" Sello="{seal}">{COMPANY}'
        f'<cfdi:Receptor Rfc="{chance.choice(CUSTOMERS)}" Nombre="CLIENTE DE PRUEBA" DomicilioFiscalReceptor="64000" RegimenFiscalReceptor="601" '
        f'UsoCFDI="G03"/><cfdi:Conceptos>{lines}</cfdi:Conceptos>{taxes}<cfdi:Complemento>{complement}'
        f'<tfd:TimbreFiscalDigital xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital" Version="1.1" UUID="{uuid_of(chance)}" '
        f'FechaTimbrado="{day}T10:16:00" RfcProvCertif="SPR190613I52" SelloCFD="{seal}" NoCertificadoSAT="30001000000500003456" '
        f'SelloSAT="{sealed(chance, 256)}"/></cfdi:Complemento></cfdi:Comprobante>\n'
    )


def tax(net: Decimal) -> Decimal:
    return (net * Decimal("0.16")).quantize(Decimal("0.01"))


def sealed(chance: random.Random, length: int) -> str:
    return base64.b64encode(chance.randbytes(length)).decode("ascii")


def uuid_of(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4)).upper()


def make_workbook(file: Path, n: int) -> None:
    """A document report with ten documents a customer, three of ten paid."""
    chance = random.Random(n)
    book = xlsxwriter.Workbook(str(file), {"constant_memory": False})
    sheet, day_format = book.add_worksheet("Documentos"), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write(0, 0, "Reporte de documentos")
    sheet.write_row(2, 0, HEADINGS)
    for number in range(n):
        day, customer = FIRST_DAY + dt.timedelta(days=chance.randrange(300)), number // 10
        total = chance.randint(10_000, 50_000_000) / 100
        cells = ["Factura", "FA", number, f"C{customer}", f"Cliente {customer}, S.A. de C.V.", "XAXX010101000", "Peso Mexicano"]
        cells += [total, 0 if chance.random() < 0.3 else total, "No", f"OC {number}", uuid_of(chance)]
        sheet.write_datetime(3 + number, 0, dt.datetime.combine(day, dt.time()), day_format)
        sheet.write_datetime(3 + number, 1, dt.datetime.combine(day + dt.timedelta(days=30), dt.time()), day_format)
        sheet.write_row(3 + number, 2, cells)
    book.close()


if __name__ == "__main__":
    main()
