import type { Row } from '../model.ts';

/** Grafana's grid is 24 columns wide. */
const COLUMNS = 24;

export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PlacedRow {
  readonly header: GridPosition;
  /** In the order of the row's panels. */
  readonly panels: readonly GridPosition[];
}

/** Sets the panels of each row from left to right under its header, and on a new line where one does not fit any more. */
export function placeRows(rows: readonly Row[]): PlacedRow[] {
  let y = 0;
  return rows.map((row) => {
    const header = { x: 0, y, w: COLUMNS, h: 1 };
    y += 1;
    let x = 0;
    const panels = row.panels.map(({ title, width }) => {
      if (width < 1 || width > COLUMNS)
        throw new RangeError(`Panel '${title}' is ${width} columns wide, not 1 to ${COLUMNS}`);
      if (x + width > COLUMNS) {
        x = 0;
        y += row.height;
      }
      const position = { x, y, w: width, h: row.height };
      x += width;
      return position;
    });
    y += row.height;
    return { header, panels };
  });
}
