"""The rule language: documents, expressions, the two engines, the decision and its explanation. Nothing here touches the world."""
