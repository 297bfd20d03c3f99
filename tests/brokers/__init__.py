"""Brokers tried for what the sync contract asks of them: `python -m tests.brokers rabbitmq`."""
