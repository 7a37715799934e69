"""A linked-data publication that cites its sources and cannot contradict itself unnoticed."""
