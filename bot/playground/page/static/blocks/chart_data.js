// The numbers of a chart, and how they are told apart.

const COLOURS = 6;

/** The class that gives a series or a slice its colour. */
export function colourOf(place) {
  return `colour-${place % COLOURS}`;
}

/** A number as it stands in a chart. */
export function chartNumber(value) {
  return new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 }).format(value);
}

/** Labels of the horizontal axis: those the chart names, else those of its points. */
export function categoriesOf(chart) {
  return chart.axis_config?.categories ?? [...new Set(chart.series.flatMap((series) => series.data.map((point) => point.label)))];
}

/** The value of a series at a label, or null where it has none. */
export function valueAt(series, label) {
  return series.data.find((point) => point.label === label)?.value ?? null;
}
