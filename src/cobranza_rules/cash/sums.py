"""Which invoices of one customer come to an amount: a search whose work is bounded."""

from __future__ import annotations

from collections.abc import Sequence

from cobranza_rules.cash.deposit import Owed

ENOUGH = 2  # Two ways are as many as a hundred: neither is certain.


def summing(invoices: Sequence[Owed], amount: int, most_steps: int) -> tuple[list[tuple[Owed, ...]], bool]:
    """Up to two sets of invoices whose balances come to `amount`, and whether the search came to its end within `most_steps`.

    Depth first over the invoices, largest balance first; a branch ends where what is left cannot be reached any more.
    """
    ordered = sorted((each for each in invoices if 0 < each.balance <= amount), key=lambda each: (-each.balance, each.id))
    left = [0] * (len(ordered) + 1)
    for at in range(len(ordered) - 1, -1, -1):
        left[at] = left[at + 1] + ordered[at].balance
    found: list[tuple[Owed, ...]] = []
    stack: list[tuple[int, int, tuple[Owed, ...]]] = [(0, amount, ())]
    for _step in range(most_steps):
        if not stack or len(found) == ENOUGH:
            return found, True
        at, missing, taken = stack.pop()
        if missing == 0:
            found.append(taken)
        elif at < len(ordered) and left[at] >= missing:
            stack.append((at + 1, missing, taken))
            if ordered[at].balance <= missing:
                stack.append((at + 1, missing - ordered[at].balance, (*taken, ordered[at])))
    return found, not stack
