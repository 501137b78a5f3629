import type { Annotation } from '../model.ts';
import { METRICS } from './datasources.ts';

/** Writes an annotation in Grafana's classic model. */
export function annotationJson({ title, expression, text, color }: Annotation): object {
  return {
    name: title,
    datasource: METRICS,
    enable: true,
    hide: false,
    iconColor: color,
    expr: expression,
    titleFormat: title,
    textFormat: text,
    step: '60s',
    useValueForTime: false,
  };
}

/** What every dashboard of Grafana has: marks made by hand, and alerts. */
export function builtInAnnotations(): object {
  return {
    builtIn: 1,
    datasource: { type: 'grafana', uid: '-- Grafana --' },
    enable: true,
    hide: true,
    iconColor: 'rgba(0, 211, 255, 1)',
    name: 'Annotations & Alerts',
    type: 'dashboard',
  };
}
