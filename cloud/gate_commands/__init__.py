"""What staff order at a lane once and now: asked, sent, answered, audited."""
