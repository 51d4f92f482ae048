{# DuckDB's merge: by name, unless the model says more of columns, conditions and clauses. #}

{% macro duckdb__get_incremental_merge_sql(args_dict) %}
    {% do return(duckdb__get_merge_sql(
        args_dict['target_relation'], args_dict['temp_relation'], args_dict['unique_key'],
        args_dict['dest_columns'], args_dict.get('incremental_predicates'))) %}
{% endmacro %}

{% macro duckdb__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- do validate_merge_config(config, target) -%}
    {%- set clauses = config.get('merge_clauses') or {} -%}
    {%- set usual = merge_clause_defaults(
        config.get('merge_update_condition'), config.get('merge_insert_condition'),
        config.get('merge_update_columns') or [], config.get('merge_exclude_columns') or [],
        config.get('merge_update_set_expressions') or {}) -%}
    {%- set chosen = usual.when_matched_update_explicit['update'] -%}
    {%- set update = usual.when_matched_update_explicit if chosen.include or chosen.exclude or chosen.set_expressions
        else usual.when_matched_update_by_name -%}
    {%- set returned = config.get('merge_returning_columns') or [] -%}
    {{ config.get('sql_header') or '' }}
    MERGE INTO {{ target }} AS DBT_INTERNAL_DEST
    USING {{ source }} AS DBT_INTERNAL_SOURCE
    {{ duckdb__merge_join_clause(unique_key, config.get('merge_on_using_columns') or [], incremental_predicates) }}
    {%- for clause in clauses.get('when_matched', [update]) %}
    WHEN MATCHED {{ _merge_clause(clause, dest_columns) }}
    {%- endfor %}
    {%- for clause in clauses.get('when_not_matched', [usual.when_not_matched_insert_by_name]) %}
    WHEN NOT MATCHED {{ 'BY ' ~ clause['by'] | upper if clause.get('by') }} {{ _merge_clause(clause, dest_columns) }}
    {%- endfor %}
    {{ 'RETURNING ' ~ returned | join(', ') if returned }}
{%- endmacro %}

{# `using (columns)`, or the keys and predicates that rows are matched on. #}
{% macro duckdb__merge_join_clause(unique_key, merge_on_using_columns, incremental_predicates) -%}
    {%- set conditions = normalize_incremental_predicates(incremental_predicates) -%}
    {%- if merge_on_using_columns -%}
        {%- if conditions -%}
            {%- do exceptions.raise_compiler_error(
                'merge_on_using_columns leaves no room for incremental_predicates: name the columns in unique_key instead') -%}
        {%- endif -%}
        USING ({{ merge_on_using_columns | join(', ') }})
    {%- else -%}
        {%- set keys = [unique_key] if unique_key is string else unique_key or [] -%}
        {%- set matches = [] if keys else ['FALSE'] -%}
        {%- for key in keys -%}
            {%- do matches.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
        {%- endfor -%}
        ON ({{ (matches + conditions) | join(') AND (') }})
    {%- endif -%}
{%- endmacro %}

{# The clauses that a merge has when the model names none, from what it says of columns and conditions. #}
{% macro merge_clause_defaults(
    merge_update_condition, merge_insert_condition, merge_update_columns=[], merge_exclude_columns=[], merge_update_set_expressions={}
) -%}
    {%- set by_name = {'action': 'update', 'mode': 'by_name', 'condition': merge_update_condition} -%}
    {{ return({
        'when_matched_update_by_name': by_name,
        'when_matched_update_explicit': dict(by_name, mode='explicit', update={
            'include': merge_update_columns,
            'exclude': merge_exclude_columns,
            'set_expressions': merge_update_set_expressions
        }),
        'when_not_matched_insert_by_name': {'action': 'insert', 'mode': 'by_name', 'condition': merge_insert_condition}
    }) }}
{%- endmacro %}

{# What one clause of a merge does: `and condition then action`. #}
{% macro _merge_clause(clause, dest_columns) -%}
    {%- set condition = clause.get('condition') -%}
    {%- set action, mode = clause.get('action'), clause.get('mode') -%}
    {%- if condition %}AND {{ condition if condition is string else '(' ~ condition | join(') AND (') ~ ')' }} {% endif -%}
    THEN
    {%- if action == 'update' %} UPDATE {{ _merge_update(clause, mode, dest_columns) }}
    {%- elif action == 'insert' %} INSERT {{ _merge_insert(clause.get('insert') or {}, mode) }}
    {%- elif action == 'error' %} ERROR {{ "'" ~ clause['error_message'] | replace("'", "''") ~ "'" if clause.get('error_message') }}
    {%- else %} {{ action | replace('_', ' ') | upper }}
    {%- endif -%}
{%- endmacro %}

{# What a clause updates. A clause for rows that the source lacks has its expressions beside its action. #}
{% macro _merge_update(clause, mode, dest_columns) -%}
    {%- if mode in ['by_name', 'by_position'] -%}
        {{ mode | replace('_', ' ') | upper }}
    {%- elif mode == 'star' -%}
        SET *
    {%- else -%}
        {%- set update = clause.get('update') or {} -%}
        {%- set expressions = update.get('set_expressions') or clause.get('set_expressions') or {} -%}
        {%- set assignments = [] -%}
        {%- for name, expression in expressions.items() -%}
            {%- do assignments.append(name ~ ' = ' ~ expression) -%}
        {%- endfor -%}
        {%- if mode == 'explicit' -%}
            {%- set columns = get_merge_update_columns(update.get('include') or [], update.get('exclude') or [], dest_columns) -%}
            {%- for name in columns if name | replace('"', '') not in expressions -%}
                {%- do assignments.append(name ~ ' = DBT_INTERNAL_SOURCE.' ~ name) -%}
            {%- endfor -%}
        {%- endif -%}
        SET {{ assignments | join(', ') }}
    {%- endif -%}
{%- endmacro %}

{# What a clause inserts. #}
{% macro _merge_insert(insert, mode) -%}
    {%- if mode == 'star' -%}
        *
    {%- elif mode == 'explicit' -%}
        ({{ insert.get('columns', []) | join(', ') }}) VALUES ({{ insert.get('values', []) | join(', ') }})
    {%- else -%}
        {{ (mode or '') | replace('_', ' ') | upper }}
    {%- endif -%}
{%- endmacro %}

{# Stops when the configuration of a merge is not what it can be; tells all that is wrong with it. #}
{% macro validate_merge_config(config, target_relation=none) %}
    {%- set errors = [] -%}
    {%- for name in ['merge_update_condition', 'merge_insert_condition'] -%}
        {%- do validate_string_field(config.get(name), name, errors) -%}
    {%- endfor -%}
    {%- for name in ['merge_update_columns', 'merge_exclude_columns', 'merge_on_using_columns', 'merge_returning_columns'] -%}
        {%- do validate_string_list_field(config.get(name), name, errors) -%}
    {%- endfor -%}
    {%- do validate_dict_field(config.get('merge_update_set_expressions'), 'merge_update_set_expressions', errors) -%}
    {%- if config.get('merge_clauses') is not none -%}
        {%- do _validate_merge_clauses(config, config.get('merge_clauses'), errors) -%}
    {%- endif -%}
    {%- if errors -%}
        {%- do exceptions.raise_compiler_error('this merge cannot be written:\n' ~ errors | join('\n')) -%}
    {%- endif -%}
{% endmacro %}

{# Clauses are lists of mappings, and stand alone. #}
{% macro _validate_merge_clauses(config, clauses, errors) %}
    {%- do validate_dict_field(clauses, 'merge_clauses', errors) -%}
    {%- if clauses is mapping -%}
        {%- set kinds = ['when_matched', 'when_not_matched'] | select('in', clauses) | list -%}
        {%- if not kinds -%}
            {%- do errors.append('merge_clauses has neither when_matched nor when_not_matched') -%}
        {%- endif -%}
        {%- for kind in kinds -%}
            {%- set listed = clauses[kind] -%}
            {%- if listed is string or listed is mapping or listed is not sequence or not listed -%}
                {%- do errors.append('merge_clauses.' ~ kind ~ ' must be a list of one clause or more') -%}
            {%- else -%}
                {%- for clause in listed -%}
                    {%- do validate_dict_field(clause, 'a clause of merge_clauses.' ~ kind, errors) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for name in ['merge_update_condition', 'merge_insert_condition', 'merge_update_columns', 'merge_exclude_columns', 'merge_update_set_expressions'] if config.get(name) -%}
            {%- do errors.append(name ~ ' says nothing beside merge_clauses: put it into a clause, and leave it out') -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{# Adds to the errors when a value is no text. #}
{% macro validate_string_field(field_value, field_name, errors) -%}
    {%- if field_value is not none and field_value is not string -%}
        {%- do errors.append(field_name ~ ' must be a text, not: ' ~ field_value) -%}
    {%- endif -%}
{%- endmacro %}

{# Adds to the errors when a value is no list of texts. #}
{% macro validate_string_list_field(field_value, field_name, errors) -%}
    {%- if field_value is string or field_value is mapping or (field_value is not none and field_value is not sequence) -%}
        {%- do errors.append(field_name ~ ' must be a list, not: ' ~ field_value) -%}
    {%- else -%}
        {%- for item in field_value or [] if item is not string -%}
            {%- do errors.append(field_name ~ ' must be a list of texts, but holds: ' ~ item) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{# Adds to the errors when a value is no mapping. #}
{% macro validate_dict_field(field_value, field_name, errors) -%}
    {%- if field_value is not none and field_value is not mapping -%}
        {%- do errors.append(field_name ~ ' must be a mapping, not: ' ~ field_value) -%}
    {%- endif -%}
{%- endmacro %}

{# Predicates as a list. #}
{% macro normalize_incremental_predicates(incremental_predicates) -%}
    {{ return(normalize_string_or_list(incremental_predicates, 'incremental_predicates')) }}
{%- endmacro %}

{# A text, or a list of texts, as a list; nothing is an empty one. #}
{% macro normalize_string_or_list(value, field_name='value') -%}
    {%- if value is none or value is undefined -%}
        {{ return([]) }}
    {%- elif value is string -%}
        {{ return([value]) }}
    {%- elif value is mapping or value is not sequence -%}
        {%- do exceptions.raise_compiler_error(field_name ~ ' must be a text or a list of texts, not: ' ~ value) -%}
    {%- endif -%}
    {{ return(value | list) }}
{%- endmacro %}
