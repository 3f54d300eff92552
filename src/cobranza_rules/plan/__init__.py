"""The ledger of what was decided: planned actions, their claims, their state, and the signatures that they wait for."""
