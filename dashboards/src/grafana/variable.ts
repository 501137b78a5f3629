import type { ChoiceVariable, LabelVariable, Variable } from '../variables.ts';
import { METRICS } from './datasources.ts';

/** Writes a variable in Grafana's classic model. */
export function variableJson(variable: Variable): object {
  return variable.kind === 'label' ? labelVariable(variable) : choiceVariable(variable);
}

function labelVariable({ name, title, description, label, series, all }: LabelVariable): object {
  const query = `label_values(${series}, ${label})`;
  return {
    name,
    label: title,
    description,
    type: 'query',
    datasource: METRICS,
    definition: query,
    query: { query, refId: `variable-${name}` },
    // On each change of the time range: operations come and go.
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    // Series without the label stay visible.
    ...(all === 'everything' ? { allValue: '.*' } : {}),
    current: { text: ['All'], value: ['$__all'] },
    hide: 0,
  };
}

function choiceVariable({ name, title, description, choices }: ChoiceVariable): object {
  const options = choices.map((share, index) => ({
    text: `${share * 100} %`,
    value: `${share}`,
    selected: index === 0,
  }));
  return {
    name,
    label: title,
    description,
    type: 'custom',
    query: options.map(({ text, value }) => `${text} : ${value}`).join(', '),
    options,
    current: options[0],
    multi: false,
    includeAll: false,
    hide: 0,
  };
}
