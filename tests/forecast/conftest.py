from tests.stories.fixtures import desk, make_desk, supervised

__all__ = ["desk", "make_desk", "supervised"]
