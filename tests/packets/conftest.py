from tests.stories.fixtures import desk, make_desk

__all__ = ["desk", "make_desk"]
