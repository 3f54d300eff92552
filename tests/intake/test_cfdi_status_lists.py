"""Lists of CFDI statuses: the headings of the portal and of administrative systems, and rows that cannot be taken."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
import xlsxwriter

from cobranza_rules.domain.cfdi_status import CancellationProcess, CfdiState
from cobranza_rules.intake.cfdi_statuses import read_statuses
from cobranza_rules.intake.recognise import Kind, recognise

DAY = dt.date(2026, 3, 2)
UUID = "6A1B2C3D-0000-4000-8000-00000000000A"
ROOT = Path(__file__).parents[2]


def read(text: str) -> tuple[list[tuple[CfdiState, CancellationProcess, dt.date, dt.date | None]], list[str]]:
    records, problems = read_statuses(text.encode(), "lista.csv", DAY)
    found = [(each.status.state, each.status.process, each.status.as_of, each.status.cancelled_on) for each in records]
    return found, [str(problem) for problem in problems]


def test_the_portal_of_the_sat_says_apart_whether_it_may_be_cancelled_and_how_far_that_has_come() -> None:
    text = (
        "Consulta de CFDI emitidos,,,,,,\n"
        "Folio Fiscal,RFC Receptor,Total,Estatus de cancelación,Estado del Comprobante,Estatus de Proceso de Cancelación,"
        "Fecha de Proceso de Cancelación\n"
        f'{UUID},URE180429TM6,"$1,160.00",Cancelable con aceptación,Vigente,En proceso,2026-02-27T10:00:00\n'
        f'{UUID},URE180429TM6,"$1,160.00",Cancelable sin aceptación,Cancelado,Cancelado sin aceptación,2026-02-27T10:00:00\n'
        f'{UUID},URE180429TM6,"$1,160.00",No cancelable,Vigente,,\n'
    )
    assert recognise(text.encode(), "lista.csv") is Kind.CFDI_STATUSES
    assert read(text) == (
        [
            (CfdiState.VALID, CancellationProcess.IN_PROCESS, DAY, None),
            (CfdiState.CANCELLED, CancellationProcess.WITHOUT_ACCEPTANCE, DAY, dt.date(2026, 2, 27)),
            (CfdiState.VALID, CancellationProcess.NONE, DAY, None),
        ],
        [],
    )


@pytest.mark.parametrize(
    ("headings", "row", "expected"),
    [
        ("UUID,ESTATUS", f"{UUID.lower()},CANCELADO", (CfdiState.CANCELLED, CancellationProcess.NONE)),
        ("Uuid,Estatus,FechaCancelacion", f"{UUID},0,2026-02-27 10:00:00", (CfdiState.CANCELLED, CancellationProcess.NONE)),
        (
            "Folio fiscal,Estado SAT,Estatus cancelación",
            f"{UUID},vigente,Solicitud rechazada",
            (CfdiState.VALID, CancellationProcess.REJECTED),
        ),
        ("uuid,status", f"{{{UUID}}},No Encontrado", (CfdiState.NOT_FOUND, CancellationProcess.NONE)),
        ("uuid,estado,cancelación", f"{UUID},Cancelado,PLAZO VENCIDO", (CfdiState.CANCELLED, CancellationProcess.EXPIRED)),
    ],
)
def test_headings_and_words_as_systems_write_them(headings: str, row: str, expected: tuple[CfdiState, CancellationProcess]) -> None:
    found, problems = read(f"{headings}\n{row}\n")
    assert ([each[:2] for each in found], problems) == ([expected], [])


def test_a_workbook_with_dates_and_a_number_for_the_state() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as written:
        sheet = written.add_worksheet("CFDI")
        sheet.write_row(0, 0, ["UUID", "Estatus", "Fecha de cancelación", "Fecha de consulta"])
        sheet.write_row(1, 0, [UUID, 0])
        for column, day in ((2, dt.datetime(2026, 2, 20)), (3, dt.datetime(2026, 2, 27))):  # noqa: DTZ001
            sheet.write_datetime(1, column, day, written.add_format({"num_format": "yyyy-mm-dd"}))
    records, problems = read_statuses(content.getvalue(), "lista.xlsx", DAY)
    assert recognise(content.getvalue(), "lista.xlsx") is Kind.CFDI_STATUSES
    (status,) = [record.status for record in records]
    assert (status.state, status.cancelled_on, status.as_of, problems) == (
        CfdiState.CANCELLED,
        dt.date(2026, 2, 20),
        dt.date(2026, 2, 27),
        [],
    )


def test_rows_that_cannot_be_taken_cost_no_other_row() -> None:
    text = (
        "UUID,Estado,Estatus de cancelación,Fecha de cancelación,Fecha de consulta\n"
        f"no-uuid,Vigente,,,\n"
        f"{UUID},Pagado,,,\n"
        f"{UUID},Vigente,Quién sabe,,\n"
        f"{UUID},Vigente,Cancelado con aceptación,,\n"
        f"{UUID},Cancelado,En proceso,,\n"
        f"{UUID},Cancelado,,31/02/2026,\n"
        f"{UUID},Cancelado,,,03/03/2026\n"
        ",,Plazo vencido,,\n"
        "# un comentario,,,,\n"
        f"{UUID},Vigente,,,\n"
    )
    found, problems = read(text)
    assert found == [(CfdiState.VALID, CancellationProcess.NONE, DAY, None)]
    words = "write one of: Cancelado sin aceptación, Cancelado con aceptación, Plazo vencido, En proceso, Solicitud rechazada"
    assert problems == [
        "lista.csv (A2): 'no-uuid' is not a UUID; copy the fiscal folio from the CFDI",
        "lista.csv (B3): 'Pagado' is not known here; write one of: Vigente, Cancelado, No encontrado",
        f"lista.csv (C4): 'Quién sabe' is not known here; {words}",
        "lista.csv (B5): 'Vigente' and 'Cancelado con aceptación' cannot both be; ask the SAT again, and correct the row",
        "lista.csv (B6): 'Cancelado' and 'En proceso' cannot both be; ask the SAT again, and correct the row",
        "lista.csv (D7): '31/02/2026' is not a date; write the day like 2026-02-16 or 16/02/2026",
        "lista.csv (E8): 2026-03-03 is still to come; write the day like 2026-02-16 or 16/02/2026",
        "lista.csv (A9): the cell is empty; copy the fiscal folio from the CFDI",
        "lista.csv (B9): the cell is empty; write one of: Vigente, Cancelado, No encontrado",
    ]


@pytest.mark.parametrize("name", ["estados-cfdi.xlsx", "estados-cfdi.csv"])
def test_the_empty_lists_are_recognised_and_hold_no_row(name: str) -> None:
    content = (ROOT / "samples" / "plantillas" / name).read_bytes()
    assert recognise(content, name) is Kind.CFDI_STATUSES
    assert read_statuses(content, name, DAY) == ([], [])


METADATA = (
    "Uuid~RfcEmisor~NombreEmisor~RfcReceptor~NombreReceptor~RfcPac~FechaEmision~FechaCertificacionSat~Monto~EfectoComprobante~Estatus~FechaCancelacion\r\n"
    f'{UUID[:-1]}A~EKU9003173C9~ESCUELA KEMPER URGATE~URE180429TM6~"EL ROBOT" SA, DE CV~SPR190613I52~2026-02-02 10:00:00~2026-02-02 10:01:00~1160.00~I~1~\r\n'
    f"{UUID[:-1]}B~EKU9003173C9~ESCUELA KEMPER URGATE~XIA190128J61~XENON~SPR190613I52~2026-02-03 10:00:00~2026-02-03 10:01:00~580.00~I~0~2026-02-27 09:30:00\r\n"
)


@pytest.mark.parametrize("name", ["6A1B2C3D_01.txt", "metadata.csv"])
def test_the_metadata_of_the_bulk_download_is_a_list(name: str) -> None:
    assert recognise(METADATA.encode(), name) is Kind.CFDI_STATUSES
    assert read(METADATA) == (
        [
            (CfdiState.VALID, CancellationProcess.NONE, DAY, None),
            (CfdiState.CANCELLED, CancellationProcess.NONE, DAY, dt.date(2026, 2, 27)),
        ],
        [],
    )
    (record, _other), _problems = read_statuses(METADATA.encode(), name, DAY)
    assert record.places == {"uuid": "A2", "state": "K2"}
