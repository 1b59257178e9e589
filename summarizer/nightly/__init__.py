"""The scheduled job, its time budget and its report."""
