"""What a project must fulfil before it is published."""

from kizuna.checks.findings import Finding, Report, Severity
from kizuna.checks.output import OUTPUTS
from kizuna.checks.run import CHECKS, Check, check_project

__all__ = ["CHECKS", "OUTPUTS", "Check", "Finding", "Report", "Severity", "check_project"]
