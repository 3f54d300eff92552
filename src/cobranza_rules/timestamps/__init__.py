"""Timestamps of an authority (RFC 3161) on packets and demands: asked for, verified, kept beside what they prove, and waited for."""
