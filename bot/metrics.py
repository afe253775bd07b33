"""The health report over HTTP: /healthz for whoever keeps the bot running, /metrics for Prometheus.

Listens only where UNKINK_METRICS_LISTEN says so. There is nothing to protect in it but the size of the bot: still,
let nobody in from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from bot.figures import COUNTED
from bot.health import Health

PREFIX = "unkink_"


class _Page(Collector):
    """What Prometheus reads. The library writes its format; the figures are ours, and there is no global registry."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        report = self._health.report()
        for name, counts in report.counts.items():
            counted = COUNTED[name]
            counters = CounterMetricFamily(PREFIX + name, counted.help, labels=[counted.label])
            for value, number in counts.items():
                counters.add_metric([value], number)
            yield counters
        for name, measured in report.measured.items():
            yield GaugeMetricFamily(PREFIX + name, self._health.figures.gauges[name].help, measured)
        checks = GaugeMetricFamily(PREFIX + "well", "1: this check is well", labels=["check"])
        for check in report.checks:
            checks.add_metric([check.name], check.well)
        yield checks


def application(health: Health) -> web.Application:
    """The two pages."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Page(health))

    async def healthz(_: web.Request) -> web.Response:
        report = health.report()
        return web.json_response(report.json(), status=200 if report.well else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    app = web.Application()
    routes: tuple[tuple[str, Callable[[web.Request], object]], ...] = (("/healthz", healthz), ("/metrics", metrics))
    for path, page in routes:
        app.router.add_get(path, page)  # type: ignore[arg-type]  # both answer with a response
    return app
