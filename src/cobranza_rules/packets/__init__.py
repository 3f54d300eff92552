"""Packets: one foliated PDF of a delivery, an account or an escalated case, with everything that belongs to it."""
