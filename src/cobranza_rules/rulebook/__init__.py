"""The rules from draft to force: versions that were published, what a change of rules would change, and publishing."""
