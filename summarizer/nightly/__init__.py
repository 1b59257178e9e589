"""The scheduled job: its sources, its time budget, its report."""
