{# Snowflake's functions in SQL: the body ends the statement, and what it is written in is not said. #}

{% macro snowflake__scalar_function_body_sql() %}
    $$
        {{ model.compiled_code }}
    $$
{% endmacro %}

{% macro snowflake__scalar_function_create_replace_signature_sql(target_relation) %}
    create or replace function {{ target_relation.render() }} ({{ formatted_scalar_function_args_sql() }})
    {{- _snowflake_parts([
        'copy grants' if copy_grants() else none,
        'returns ' ~ model.returns.data_type,
        scalar_function_volatility_sql(),
        'comment = ' ~ _snowflake_text(model.description) if config.persist_relation_docs() and model.description else none]) }}
    as
{% endmacro %}

{% macro snowflake__scalar_function_volatility_sql() %}
    {%- set volatility = model.config.get('volatility') -%}
    {%- if volatility in ['deterministic', 'non-deterministic'] -%}
        {{ return('immutable' if volatility == 'deterministic' else 'volatile') }}
    {%- elif volatility -%}
        {%- do unsupported_volatility_warning(volatility) -%}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}

{# A function is named with the types of its arguments, because others may have its name. #}
{% macro snowflake__function_execute_build_sql(build_sql, existing_relation, target_relation) %}
    {% call statement(name='main') %}
        {{ build_sql }}
    {% endcall %}
    {%- set types = model.arguments | map(attribute='data_type') | join(', ') -%}
    {%- for privilege, grantees in (config.get('grants') or {}).items() -%}
        {%- for grantee in grantees -%}
            {%- do run_query('grant ' ~ privilege ~ ' on function ' ~ target_relation.render() ~ ' (' ~ types ~ ') to role ' ~ grantee) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
