{# DuckDB's strategies of incremental models. #}

{% macro duckdb__get_incremental_default_sql(arg_dict) %}
    {% do return(get_incremental_delete_insert_sql(arg_dict)) %}
{% endmacro %}

{% macro duckdb__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {%- set predicates = [incremental_predicates] if incremental_predicates is string else incremental_predicates or [] -%}
    {%- if unique_key is sequence and unique_key is not mapping and unique_key is not string %}
        delete from {{ target }} as DBT_INCREMENTAL_TARGET
        using {{ source }}
        where (
            {% for key in unique_key -%}
                {{ source }}.{{ key }} = DBT_INCREMENTAL_TARGET.{{ key }}{{ ' and ' if not loop.last }}
            {%- endfor %}
            {%- for predicate in predicates %}
                and {{ predicate }}
            {%- endfor %}
        );
    {%- elif unique_key %}
        delete from {{ target }}
        where ({{ unique_key }}) in (
            select ({{ unique_key }})
            from {{ source }}
        )
        {%- for predicate in predicates %}
            and {{ predicate }}
        {%- endfor %};
    {%- endif %}
    {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{# A batch's rows are deleted, then inserted. #}
{% macro duckdb__get_incremental_microbatch_sql(arg_dict) %}
    {%- if arg_dict['unique_key'] or config.get('unique_key') -%}
        {%- do exceptions.raise_compiler_error('microbatch models on DuckDB have no unique_key: the batch tells which rows are replaced') -%}
    {%- endif -%}
    {%- set event_time = config.get('event_time') -%}
    {%- if not event_time -%}
        {%- do exceptions.raise_compiler_error('microbatch models need the config event_time') -%}
    {%- endif -%}
    {%- set start, end = _batch_bounds() -%}
    {%- set conditions = [] -%}
    {%- if start -%}{%- do conditions.append(event_time ~ " >= '" ~ start ~ "'") -%}{%- endif -%}
    {%- if end -%}{%- do conditions.append(event_time ~ " < '" ~ end ~ "'") -%}{%- endif -%}
    {%- set condition = conditions | join(' and ') if conditions else 'true' -%}
    {%- set names = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where {{ condition }};

    insert into {{ arg_dict['target_relation'] }} ({{ names }})
    select {{ names }}
    from {{ arg_dict['temp_relation'] }}
    where {{ condition }};
{% endmacro %}

{% macro duckdb__get_incremental_merge_sql(arg_dict) %}
    {% do return(duckdb__get_merge_sql(
        arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
        arg_dict['dest_columns'], arg_dict['incremental_predicates'])) %}
{% endmacro %}

{# A merge by name, with what the model says of columns, conditions and clauses. #}
{% macro duckdb__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- do validate_merge_config(config, target) -%}
    {%- set clauses = config.get('merge_clauses', {}) -%}
    {{ config.get('sql_header', none) or '' }}
    MERGE INTO {{ target }} AS DBT_INTERNAL_DEST
        USING {{ source }} AS DBT_INTERNAL_SOURCE
        {{ duckdb__merge_join_clause(unique_key, config.get('merge_on_using_columns', []), incremental_predicates) }}
    {%- if clauses.get('when_matched') -%}
        {%- for clause in clauses['when_matched'] %}
        WHEN MATCHED {{ _merge_clause(clause, dest_columns) }}
        {%- endfor -%}
    {%- else %}
        WHEN MATCHED
        {%- if config.get('merge_update_condition') %} AND {{ config.get('merge_update_condition') }}{% endif %} THEN UPDATE
        {%- set assignments = _merge_assignments(
            config.get('merge_update_columns', []), config.get('merge_exclude_columns', []),
            config.get('merge_update_set_expressions', {}), dest_columns) %}
        {{- ' SET ' ~ assignments | join(', ') if assignments else ' BY NAME' }}
    {%- endif -%}
    {%- if clauses.get('when_not_matched') -%}
        {%- for clause in clauses['when_not_matched'] %}
        WHEN NOT MATCHED{{ ' BY ' ~ clause['by'] | upper if clause.get('by') }} {{ _merge_clause(clause, dest_columns) }}
        {%- endfor -%}
    {%- else %}
        WHEN NOT MATCHED
        {%- if config.get('merge_insert_condition') %} AND {{ config.get('merge_insert_condition') }}{% endif %} THEN INSERT BY NAME
    {%- endif -%}
    {%- if config.get('merge_returning_columns') %}
        RETURNING {{ config.get('merge_returning_columns') | join(', ') }}
    {%- endif %}
{%- endmacro %}

{# `USING (columns)`, or the keys and predicates that rows are matched on. #}
{% macro duckdb__merge_join_clause(unique_key, merge_on_using_columns, incremental_predicates) -%}
    {%- if merge_on_using_columns -%}
        USING ({{ merge_on_using_columns | join(', ') }})
    {%- else -%}
        {%- set keys = [unique_key] if unique_key is string else unique_key or [] -%}
        {%- set conditions = [] -%}
        {%- for key in keys -%}
            {%- do conditions.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
        {%- endfor -%}
        {%- if not keys -%}
            {%- do conditions.append('FALSE') -%}
        {%- endif -%}
        {%- do conditions.extend([incremental_predicates] if incremental_predicates is string else incremental_predicates or []) -%}
        ON ({{ conditions | join(') AND (') }})
    {%- endif -%}
{%- endmacro %}

{# Assignments of an update; none when all columns are set by name. #}
{% macro _merge_assignments(update_columns, exclude_columns, set_expressions, dest_columns) %}
    {%- set assignments = [] -%}
    {%- if update_columns or exclude_columns or set_expressions -%}
        {%- set known = [] -%}
        {%- for name, expression in set_expressions.items() -%}
            {%- do known.append(name | lower) -%}
            {%- do assignments.append(name ~ ' = ' ~ expression) -%}
        {%- endfor -%}
        {%- for name in get_merge_update_columns(update_columns, exclude_columns, dest_columns) -%}
            {%- if name | replace('"', '') | lower not in known -%}
                {%- do assignments.append(name ~ ' = DBT_INTERNAL_SOURCE.' ~ name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(assignments) }}
{% endmacro %}

{# What one clause of a merge does: `AND condition THEN action`. #}
{% macro _merge_clause(clause, dest_columns) -%}
    {%- set mode = clause.get('mode', 'by_name') | replace('_', ' ') | upper -%}
    {{ 'AND ' ~ clause['condition'] ~ ' ' if clause.get('condition') }}THEN
    {%- if clause['action'] == 'update' %} UPDATE
        {%- if clause.get('mode') == 'star' %} SET *
        {%- elif clause.get('mode') == 'explicit' -%}
            {%- set update = clause.get('update', {}) %} SET
            {{ _merge_assignments(update.get('include', []), update.get('exclude', []), update.get('set_expressions', {}), dest_columns) | join(', ') }}
        {%- else %} {{ mode }}
        {%- endif -%}
    {%- elif clause['action'] == 'insert' %} INSERT
        {%- if clause.get('mode') == 'star' %} *
        {%- elif clause.get('mode') == 'explicit' -%}
            {%- set insert = clause.get('insert', {}) -%}
            {%- if insert.get('columns') %} ({{ insert['columns'] | join(', ') }}){% endif %} VALUES ({{ insert.get('values', []) | join(', ') }})
        {%- else %} {{ mode }}
        {%- endif -%}
    {%- elif clause['action'] == 'delete' %} DELETE
    {%- elif clause['action'] == 'error' %} ERROR {{ "'" ~ clause['error_message'] | replace("'", "''") ~ "'" if clause.get('error_message') }}
    {%- else %} DO NOTHING
    {%- endif -%}
{%- endmacro %}

{# Stops when the configuration of a merge contradicts itself. #}
{% macro validate_merge_config(config, target_relation=none) %}
    {%- set clauses = config.get('merge_clauses') -%}
    {%- if clauses is not none and clauses is not mapping -%}
        {%- do exceptions.raise_compiler_error('merge_clauses is a mapping of when_matched and when_not_matched') -%}
    {%- endif -%}
    {%- if clauses and not (clauses.get('when_matched') or clauses.get('when_not_matched')) -%}
        {%- do exceptions.raise_compiler_error('merge_clauses has neither when_matched nor when_not_matched') -%}
    {%- endif -%}
    {%- for name in ['merge_update_columns', 'merge_exclude_columns', 'merge_on_using_columns', 'merge_returning_columns'] -%}
        {%- set value = config.get(name) -%}
        {%- if value is not none and (value is string or value is mapping or value is not sequence) -%}
            {%- do exceptions.raise_compiler_error(name ~ ' is a list of columns, not ' ~ value) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if config.get('merge_update_set_expressions') is not none and config.get('merge_update_set_expressions') is not mapping -%}
        {%- do exceptions.raise_compiler_error('merge_update_set_expressions is a mapping of columns to expressions') -%}
    {%- endif -%}
{% endmacro %}
