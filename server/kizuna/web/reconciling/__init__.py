"""Reconciliation: matching what others call things with the things of the release.

W3C Reconciliation Service API 0.2 (https://reconciliation-api.github.io/specs/0.2/) and its current
draft (https://reconciliation-api.github.io/specs/draft/). ``docs/reconciliation.md`` says what the
scores mean.
"""
