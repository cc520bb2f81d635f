"""One function of the database that policies of rows ask (policy_functions.py). No Django here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PolicyFunction:
    """What policies ask, as the owner: who works where is no matter of the desk's rights."""

    name: str
    takes: str
    returns: str
    body: str
    is_for_desk: bool = True
    """Whether a policy or the desk calls it, which needs the desk's right; others call those."""
    is_changing: bool = False
    """Whether it changes settings: asked each time, and never while a statement is planned."""

    @property
    def definition(self) -> str:
        """A statement that may be repeated."""
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}({self.takes}) RETURNS {self.returns}"
            f" LANGUAGE plpgsql {'VOLATILE' if self.is_changing else 'STABLE'} SECURITY DEFINER"
            f" SET search_path = pg_catalog, public, pg_temp AS $${self.body}$$"
        )
