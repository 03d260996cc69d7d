"""An agent's tool, and the shapes of its answers."""

from dataclasses import dataclass
from typing import Optional

import pydantic
from typing_extensions import TypedDict


@dataclass
class Report:
    """The weather.

    Args:
        degrees: In Celsius.
    """

    city: str
    degrees: int
    note: Optional[str] = None


class Forecast(TypedDict):
    city: str
    degrees: int


class Checked(pydantic.BaseModel):
    city: str
    degrees: int = pydantic.Field(ge=-90)


def get_weather(city: str) -> str:
    """The weather of a city.

    Args:
        city: Its name.
    """
    if city == "Atlantis":
        raise LookupError("there is no such city")
    return f"sunny in {city}"
