{# Lists of columns in the statements that create relations: types, constraints, policies, comments. #}

{# Whether the statement that creates the model's table lists its columns, and thereby their comments. #}
{% macro _snowflake_lists_columns() %}
    {{ return(config.get('contract').enforced or _snowflake_masking_policies() | length > 0) }}
{% endmacro %}

{# The masking policies of the model's columns, by name in capitals: the model's `masking_policies` says them, or a
   column's `meta`. #}
{% macro _snowflake_masking_policies() %}
    {%- set policies = {} -%}
    {%- for name, column in model.columns.items() -%}
        {%- set meta = (column.config or {}).meta or column.meta or {} -%}
        {%- if meta.masking_policy -%}
            {%- do policies.update({name | upper: meta.masking_policy}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, policy in (config.get('masking_policies') or {}).items() -%}
        {%- do policies.update({name | upper: policy}) -%}
    {%- endfor -%}
    {{ return(policies) }}
{% endmacro %}

{# The columns of a table, where a contract or policies ask for a list; nothing else. #}
{% macro _snowflake_column_list(temporary, compiled_code) %}
    {%- set policies = {} if temporary else _snowflake_masking_policies() -%}
    {%- set names, lines = [], [] -%}
    {%- if config.get('contract').enforced -%}
        {%- if temporary or (not policies and not config.persist_column_docs()) -%}
            {{ return(get_table_columns_and_constraints()) }}
        {%- endif -%}
        {%- set names = model.columns.keys() | list -%}
        {%- set lines = adapter.render_raw_columns_constraints(raw_columns=model['columns']) -%}
    {%- elif policies -%}
        {%- for column in get_column_schema_from_query(compiled_code, config.get('sql_header', none)) -%}
            {%- do names.append(column.name) -%}
            {%- do lines.append(column.quoted ~ ' ' ~ column.dtype) -%}
        {%- endfor -%}
    {%- else -%}
        {{ return('') }}
    {%- endif -%}
    {%- set described = _snowflake_descriptions(model.columns) if config.persist_column_docs() else {} -%}
    {%- set definitions = [] -%}
    {%- for name in names -%}
        {%- set comment = ' comment ' ~ _snowflake_text(described[name | upper]) if described.get(name | upper) else '' -%}
        {%- do definitions.append(lines[loop.index0] ~ _snowflake_masked(policies, name) ~ comment) -%}
    {%- endfor -%}
    {%- do _snowflake_check_policies(policies, names) -%}
    {%- if config.get('contract').enforced -%}
        {%- do definitions.extend(adapter.render_raw_model_constraints(raw_constraints=model['constraints'])) -%}
    {%- endif -%}
    {{ return('' if not definitions else '(\n        ' ~ definitions | join(',\n        ') ~ '\n    )') }}
{% endmacro %}

{# The descriptions of columns by name in capitals. #}
{% macro _snowflake_descriptions(columns) %}
    {%- set described = {} -%}
    {%- for name, column in columns.items() -%}
        {%- do described.update({name | upper: column['description'] or ''}) -%}
    {%- endfor -%}
    {{ return(described) }}
{% endmacro %}

{# What puts a policy on a column, if it has one. #}
{% macro _snowflake_masked(policies, name) -%}
    {{ return(' with masking policy ' ~ policies[name | upper] if name | upper in policies else '') }}
{%- endmacro %}

{# A policy for a column that is not there hides nothing: nobody would notice. Where nothing is sent no column is known. #}
{% macro _snowflake_check_policies(policies, names) %}
    {%- set present = names | map('upper') | list -%}
    {%- for name in policies if present and name not in present -%}
        {%- do exceptions.raise_compiler_error('the masking policy ' ~ policies[name] ~ ' is for the column ' ~ name ~ ', which the model does not have') -%}
    {%- endfor -%}
{% endmacro %}

{# The columns of a query with their policies and comments, which are empty where they are not described. #}
{% macro get_persist_docs_column_list(model_columns, query_columns) %}
    {%- set described, policies = _snowflake_descriptions(model_columns), _snowflake_masking_policies() -%}
    {%- do _snowflake_check_policies(policies, query_columns) -%}
    {%- if not query_columns -%}
        {{ return('') }}
    {%- endif %}
    (
        {% for name in query_columns -%}
            {{ adapter.quote(name) }}{{ _snowflake_masked(policies, name) }}
            {%- if model_columns %} comment {{ _snowflake_text(described.get(name | upper, '')) }}{% endif %}
            {{- ', ' if not loop.last }}
        {% endfor %}
    )
{% endmacro %}
