"""Money: integer minor units inside, Decimal and a currency at the edges. Amounts of different currencies never meet."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

# ISO 4217 minor units. Currencies that are not listed here are refused on import rather than guessed.
MINOR_UNITS = {"MXN": 2, "USD": 2, "EUR": 2, "CAD": 2, "GBP": 2, "CHF": 2, "BRL": 2, "COP": 2, "CNY": 2, "GTQ": 2, "JPY": 0, "CLP": 0}
LARGEST = Decimal(10) ** 13  # Far above any invoice, far below 2**53 minor units, beyond which an engine could lose digits.


class MoneyError(ValueError):
    """The text is no amount, or the currency is not known. `reason` is one of: currency, amount, too large."""

    def __init__(self, reason: str, text: str) -> None:
        self.reason = reason
        super().__init__(f"{reason}: {text}")


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` counts the currency's smallest units: 120000 with MXN is 1,200.00 pesos."""

    minor: int
    currency: str

    @staticmethod
    def of(amount: Decimal | str, currency: str) -> Money:
        """Rounds half up to the currency's units (CFDI allows six decimals). Raises MoneyError."""
        if currency not in MINOR_UNITS:
            raise MoneyError("currency", currency)
        try:
            value = Decimal(amount)
        except InvalidOperation:
            raise MoneyError("amount", str(amount)) from None
        if not value.is_finite():
            raise MoneyError("amount", str(amount))
        if abs(value) >= LARGEST:
            raise MoneyError("too large", str(amount))
        return Money(int((value * 10 ** MINOR_UNITS[currency]).quantize(Decimal(1), ROUND_HALF_UP)), currency)

    @property
    def amount(self) -> Decimal:
        digits = MINOR_UNITS.get(self.currency, 2)
        return Decimal(self.minor).scaleb(-digits)

    def plain(self) -> str:
        """Without grouping, for JSON: `1200.00`."""
        return f"{self.amount:.{MINOR_UNITS.get(self.currency, 2)}f}"

    def __str__(self) -> str:
        return f"{self.amount:,.{MINOR_UNITS.get(self.currency, 2)}f} {self.currency}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be reckoned together")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __bool__(self) -> bool:
        return self.minor != 0


def total(amounts: list[Money], currency: str) -> Money:
    """The sum of amounts that must all be in `currency`; nothing sums to zero of it."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result
