from tests.stories.fixtures import desk, make_desk, server, supervised, told, wired

__all__ = ["desk", "make_desk", "server", "supervised", "told", "wired"]
