import css from './Sparkline.module.css';

const WIDTH = 64;
const HEIGHT = 18;

/** The way of a figure over the last minutes, once it has changed; the figure itself stands beside it. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const top = Math.max(...values);
  if (values.length < 2 || top === Math.min(...values)) {
    return null;
  }
  const points = values.map((value, index) => {
    const x = 1 + ((WIDTH - 2) * index) / (values.length - 1);
    const y = HEIGHT - 2 - ((HEIGHT - 4) * value) / top;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg className={css.sparkline} width={WIDTH} height={HEIGHT} role="img" aria-label={`${label}: at most ${top}`}>
      <polyline points={points.join(' ')} />
    </svg>
  );
}
