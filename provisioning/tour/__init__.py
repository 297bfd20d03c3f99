"""The main job from end to end, as a script that watches: a line and a duration for each step."""
