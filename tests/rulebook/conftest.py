from tests.stories.fixtures import desk, make_desk, server, supervised, wired

__all__ = ["desk", "make_desk", "server", "supervised", "wired"]
