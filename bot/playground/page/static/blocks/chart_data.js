// Data and colours of charts.

const COLOURS = 6;

/** Return the CSS class for the colour of a series or slice. */
export function colourOf(index) {
  return `colour-${index % COLOURS}`;
}

/** Format a number for a chart. */
export function chartNumber(value) {
  return new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 }).format(value);
}

/** Return the labels of the horizontal axis: the chart's categories, or else those of its points. */
export function categoriesOf(chart) {
  return chart.axis_config?.categories ?? [...new Set(chart.series.flatMap((series) => series.data.map((point) => point.label)))];
}

/** Return the value of a series at a label, or null. */
export function valueAt(series, label) {
  return series.data.find((point) => point.label === label)?.value ?? null;
}
