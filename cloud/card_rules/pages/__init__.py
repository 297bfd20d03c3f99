"""The console's settings of automatic cards: the rules, their forms, whom each would touch, what each did."""

from cloud.card_rules.pages.rule_pages import router

__all__ = ("router",)
