"""Models by their providers."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, ClassVar

from .._native import Model
from ..errors import ModelError, NodeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._secret import Secret
    from .retries import RetryApproach

# What is said of each request by a name that all providers share.
_SAMPLING = ("temperature", "top_p", "max_tokens", "stop", "seed")


class UnsupportedHyperparameterError(ModelError):
    """A setting that a model does not have."""


class ModelBase:
    """A model of a provider. Nothing is looked up, and no connection made, before its first request.

    Args:
        model_name: The model, as the provider knows it; its own prefix, such as `openai/`, may stand before it.
        temperature: How freely words are drawn; an agent's own setting comes first, here as below.
        top_p: Draws from the likeliest words alone whose probabilities add up to this.
        max_tokens: The most tokens of one answer.
        stop: Texts that end an answer.
        seed: What the drawing of words starts from.
        api_key: The key; that of the provider's usual environment variable when absent.
        base_url: The address; the provider's own when absent. `api_base` is the same.
        timeout: Seconds for which the service may send nothing.
        retry_approach: How often, and after how long, it is asked again.
        input_price: What a million tokens cost that it reads, in US dollars.
        output_price: What a million tokens cost that it writes.
        more: Settings that the service has beside, which are sent as they stand, such as `reasoning_effort`.
    """

    prefixes: ClassVar[tuple[str, ...]] = ()
    """The words before a model's name that mean this provider."""
    api: ClassVar[str] = "chat"
    """The interface of its address."""
    address: ClassVar[str | None] = None
    """Its address, when nobody says another."""
    key_variables: ClassVar[tuple[str, ...]] = ()
    """The environment variables that may have its key."""
    address_variables: ClassVar[tuple[str, ...]] = ()
    """Those that may have its address."""

    def __init__(
        self,
        model_name: str,
        *,
        temperature: float | None = None,
        top_p: float | None = None,
        max_tokens: int | None = None,
        stop: str | Iterable[str] | None = None,
        seed: int | None = None,
        api_key: str | Secret[str] | None = None,
        base_url: str | None = None,
        api_base: str | None = None,
        timeout: float | None = None,
        retry_approach: RetryApproach | None = None,
        input_price: float | None = None,
        output_price: float | None = None,
        **more: Any,
    ) -> None:
        """Describe the model."""
        if not isinstance(model_name, str) or not model_name.strip():
            raise NodeError(f"a model's name is a text, not {model_name!r}")
        self._name = self._own_name(model_name)
        sampling = {"temperature": temperature, "top_p": top_p, "max_tokens": max_tokens, "seed": seed}
        if stop is not None:
            sampling["stop"] = [stop] if isinstance(stop, str) else list(stop)  # type: ignore[assignment]
        self.sampling: dict[str, Any] = {name: value for name, value in sampling.items() if value is not None}
        """What it says of how words are drawn."""
        self.retry_approach = retry_approach
        self._key = api_key
        self._address = base_url or api_base
        self._settings: dict[str, Any] = {
            "timeout": timeout,
            "retries": None if retry_approach is None else 0,
            "input_price": input_price,
            "output_price": output_price,
            "api": self.api,
            "more": {name: value for name, value in more.items() if value is not None},
        }
        self._lock = threading.Lock()
        self._model: Model | None = None

    @property
    def model(self) -> Model:
        """The model that is asked; ModelError when its address or its key is not known."""
        with self._lock:
            if self._model is None:
                self._model = Model(self._url(), self._name, self._secret(), **self._settings)
            return self._model

    def model_name(self) -> str:
        """Give the model's name, as the provider knows it."""
        return self._name

    @classmethod
    def model_provider(cls) -> str:
        """Give the provider's name."""
        return cls.prefixes[0] if cls.prefixes else cls.__name__

    def __repr__(self) -> str:
        """Tell which it is, without its key."""
        return f"<{type(self).__name__} {self._name}>"

    def _own_name(self, name: str) -> str:
        prefix, slash, rest = name.partition("/")
        return rest if slash and rest and prefix in self.prefixes else name

    def _url(self) -> str:
        url = self._address or _variable(self.address_variables) or self.address
        if url is None:
            hint = f": set {self.address_variables[0]}, or give base_url" if self.address_variables else ""
            raise ModelError(f"{self!r} has no address{hint}", "settings")
        return url

    def _secret(self) -> str | Secret[str] | None:
        key = self._key or _variable(self.key_variables)
        if key is None and self.key_variables and self._address is None:
            raise ModelError(f"{self!r} has no key: set {self.key_variables[0]}, or give api_key", "settings")
        return key


class OpenAILLM(ModelBase):
    """A model of OpenAI; `api="responses"` asks by its responses, and not by its chat completions."""

    prefixes = ("openai",)
    address = "https://api.openai.com/v1"
    key_variables = ("OPENAI_API_KEY",)
    address_variables = ("OPENAI_BASE_URL", "OPENAI_API_BASE")

    def __init__(self, model_name: str, *, api: str = "chat", **options: Any) -> None:
        """Describe the model."""
        super().__init__(model_name, **options)
        if api not in ("chat", "responses"):
            raise NodeError(f"OpenAI's interfaces are chat and responses, not {api!r}")
        self._settings["api"] = api


class AnthropicLLM(ModelBase):
    """A model of Anthropic, asked by its messages."""

    prefixes = ("anthropic",)
    api = "anthropic"
    address = "https://api.anthropic.com"
    key_variables = ("ANTHROPIC_API_KEY",)
    address_variables = ("ANTHROPIC_BASE_URL",)


class GeminiLLM(ModelBase):
    """A model of Google, asked by `generateContent`."""

    prefixes = ("gemini", "google")
    api = "gemini"
    address = "https://generativelanguage.googleapis.com"
    key_variables = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
    address_variables = ("GOOGLE_GEMINI_BASE_URL",)


class OllamaLLM(ModelBase):
    """A model that Ollama runs, here or elsewhere, asked by `/api/chat`."""

    prefixes = ("ollama", "ollama_chat")
    api = "ollama"
    address = "http://127.0.0.1:11434"
    address_variables = ("OLLAMA_API_BASE", "OLLAMA_HOST")

    def _url(self) -> str:
        url = super()._url()
        if "://" in url:
            return url
        # The variable of its own server has no scheme, and says where to listen.
        host, _, port = url.partition(":")
        return f"http://{'127.0.0.1' if host in ('', '0.0.0.0') else host}:{port or 11434}"


class CohereLLM(ModelBase):
    """A model of Cohere, by its compatibility with OpenAI."""

    prefixes = ("cohere",)
    address = "https://api.cohere.ai/compatibility/v1"
    key_variables = ("COHERE_API_KEY", "CO_API_KEY")


class HuggingFaceLLM(ModelBase):
    """A model that Hugging Face's router finds a provider for: `together/deepseek-ai/DeepSeek-R1`."""

    prefixes = ("huggingface",)
    address = "https://router.huggingface.co/v1"
    key_variables = ("HF_TOKEN", "HUGGINGFACE_API_KEY")

    def _own_name(self, name: str) -> str:
        name = super()._own_name(name)
        provider, slash, rest = name.partition("/")
        # The router has the provider behind the model's name.
        return f"{rest}:{provider.removesuffix('_ai')}" if slash and "/" in rest else name


class AzureAILLM(ModelBase):
    """A deployment of Azure: `azure/my-deployment`."""

    prefixes = ("azure", "azure_ai")
    key_variables = ("AZURE_API_KEY", "AZURE_OPENAI_API_KEY", "AZURE_AI_API_KEY")
    address_variables = ("AZURE_API_BASE", "AZURE_OPENAI_ENDPOINT", "AZURE_AI_API_BASE")

    def _url(self) -> str:
        url = super()._url().rstrip("/")
        return url if "/openai" in url or "/models" in url else f"{url}/openai/v1"


class PortKeyLLM(ModelBase):
    """A model by Portkey's gateway: `@slug/gpt-4o`."""

    prefixes = ("portkey",)
    address = "https://api.portkey.ai/v1"
    key_variables = ("PORTKEY_API_KEY",)


class OpenAICompatibleProvider(ModelBase):
    """A model behind any address with OpenAI's chat completions."""

    prefixes = ("compatible",)

    def __init__(
        self, model_name: str, *, api_base: str | None = None, base_url: str | None = None, **options: Any
    ) -> None:
        """Describe the model and its address."""
        if not (api_base or base_url):
            raise NodeError("OpenAICompatibleProvider needs api_base, the address of the service")
        super().__init__(model_name, base_url=base_url or api_base, **options)


class _Compatible(ModelBase):
    """A provider with OpenAI's chat completions and nothing of its own."""


def _compatible(prefix: str, url: str, variable: str) -> type[ModelBase]:
    members = {"prefixes": (prefix,), "address": url, "key_variables": (variable,), "__doc__": _Compatible.__doc__}
    return type(f"_{prefix.title()}", (_Compatible,), members)


_PROVIDERS: tuple[type[ModelBase], ...] = (
    OpenAILLM,
    AnthropicLLM,
    GeminiLLM,
    OllamaLLM,
    CohereLLM,
    HuggingFaceLLM,
    AzureAILLM,
    PortKeyLLM,
    _compatible("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    _compatible("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    _compatible("deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    _compatible("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    _compatible("together", "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    _compatible("xai", "https://api.x.ai/v1", "XAI_API_KEY"),
)


def model_of_name(name: str, **options: Any) -> ModelBase:
    """Give the model of a name such as `openai/gpt-5-mini` or `anthropic/claude-sonnet-5`."""
    prefix, slash, rest = name.partition("/")
    known = {each: provider for provider in _PROVIDERS for each in provider.prefixes}
    provider = known.get(prefix)
    if not slash or not rest or provider is None:
        raise NodeError(
            f"{name!r} does not say whose model it is; write provider/model, such as openai/gpt-5-mini. "
            f"The providers are {', '.join(known)}"
        )
    return provider(name, **options)


def _variable(names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := os.environ.get(name))), None)
