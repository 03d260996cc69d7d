import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import { tokensOf } from '../../ui/canvas.ts';
import { grouped } from '../../ui/numbers.ts';
import { clock } from '../../ui/time.ts';
import css from './ChartView.module.css';
import { type Chart, show } from './figures.ts';

const HEIGHT = 120;
/** What stands after the figures of an axis. */
const UNITS: Record<Chart['unit'], string> = { milliseconds: ' ms', 'per second': '/s', count: '' };

/**
 * Figures over the time that the page is open; pointing at a moment shows those of it, in every chart. For other colours
 * it has to be made anew.
 */
export default function ChartView({
  chart,
  times,
  values,
  dark,
}: {
  chart: Chart;
  dark: boolean;
  times: readonly number[];
  values: readonly (readonly (number | null)[])[];
}) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const [pointed, setPointed] = useState<number | null>(null);

  useEffect(() => {
    const element = frame.current;
    if (!element) {
      return;
    }
    const made = new UPlot(optionsOf(chart, element, dark, setPointed), [[]], element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [chart, dark]);

  useEffect(() => {
    plot.current?.setData([[...times], ...values.map((line) => [...line]).reverse()]);
  }, [times, values]);

  const at = pointed ?? times.length - 1;
  return (
    <section className={css.chart} aria-label={chart.title}>
      <header className={css.header}>
        <h2 title={chart.about}>{chart.title}</h2>
        <ul className={css.figures}>
          {chart.lines.map((line, place) => (
            <li key={line.name}>
              <span className={css.mark} style={{ background: `var(${line.colour})` }} aria-hidden="true" />
              {line.name} <strong>{show(values[place]?.[at], chart.unit)}</strong>
            </li>
          ))}
        </ul>
      </header>
      <div ref={frame} className={css.plot} role="img" aria-label={`${chart.about}, since this page was opened`} />
    </section>
  );
}

function optionsOf(
  { unit, lines }: Chart,
  element: HTMLElement,
  dark: boolean,
  onPoint: (index: number | null) => void,
): UPlot.Options {
  const colour = tokensOf(element, dark);
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  const axis: UPlot.Axis = {
    stroke: colour('--faint'),
    font,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: 'server' } },
    scales: { y: { range: (_, __, top) => [0, Math.max(top * 1.15, unit === 'milliseconds' ? 1 : 4)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 90,
        size: 24,
        values: (_, times) => times.map((seconds) => clock(seconds * 1_000)),
      },
      { ...axis, size: 58, space: 30, values: (_, marks) => marks.map((mark) => `${grouped(mark)}${UNITS[unit]}`) },
    ],
    series: [
      {},
      // What is drawn last lies above: the first line is what the chart is about.
      ...lines.toReversed().map((line) => ({
        label: line.name,
        stroke: colour(line.colour),
        width: 1.5,
        // A line needs two readings; one is a dot.
        points: { show: (plot: UPlot) => (plot.data[0]?.length ?? 0) < 3 },
        // A median of nothing is no figure; a rate that is missing is a server that was away.
        spanGaps: unit === 'milliseconds',
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}
