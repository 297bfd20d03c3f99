"""The edge gateway: decides each tap by itself and tells the cloud what happened. Read `service/card_tap.py` first."""
