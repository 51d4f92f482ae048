{# User-defined functions as nodes of the project. #}

{% materialization function, default, supported_languages=['sql', 'python', 'javascript'] %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type=this.Function) -%}
    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}
    {%- set build = config.get('type', 'scalar') ~ '_function_' ~ model.get('language', 'sql') -%}
    {%- if not context.get(build) -%}
        {%- do exceptions.raise_compiler_error('there is no macro `' ~ build ~ '` to build the function with') -%}
    {%- endif -%}
    {%- do function_execute_build_sql(context.get(build)(target), existing, target) -%}
    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Makes a function. (dispatched) #}
{% macro function_execute_build_sql(build_sql, existing_relation, target_relation) %}
    {{ return(adapter.dispatch('function_execute_build_sql', 'dbt')(build_sql, existing_relation, target_relation)) }}
{% endmacro %}

{% macro default__function_execute_build_sql(build_sql, existing_relation, target_relation) %}
    {% call statement(name='main') %}
        {{ build_sql }}
    {% endcall %}
    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=true)) %}
    {% do persist_docs(target_relation, model) %}
{% endmacro %}

{# A function of one value in SQL. (dispatched) #}
{% macro scalar_function_sql(target_relation) %}
    {{ return(adapter.dispatch('scalar_function_sql', 'dbt')(target_relation)) }}
{% endmacro %}

{% macro default__scalar_function_sql(target_relation) %}
    {{ scalar_function_create_replace_signature_sql(target_relation) }}
    {{ scalar_function_body_sql() }};
{% endmacro %}

{# Name, arguments and result of a function. (dispatched) #}
{% macro scalar_function_create_replace_signature_sql(target_relation) %}
    {{ return(adapter.dispatch('scalar_function_create_replace_signature_sql', 'dbt')(target_relation)) }}
{% endmacro %}

{% macro default__scalar_function_create_replace_signature_sql(target_relation) %}
    create or replace function {{ target_relation.render() }} ({{ formatted_scalar_function_args_sql() }})
    returns {{ model.returns.data_type }}
    {{ scalar_function_volatility_sql() }}
    as
{% endmacro %}

{# The arguments of a function: name and type of each. (dispatched) #}
{% macro formatted_scalar_function_args_sql() %}
    {{ return(adapter.dispatch('formatted_scalar_function_args_sql', 'dbt')()) }}
{% endmacro %}

{% macro default__formatted_scalar_function_args_sql() %}
    {%- set arguments = [] -%}
    {%- for argument in model.arguments -%}
        {%- do arguments.append(argument.name ~ ' ' ~ argument.data_type) -%}
    {%- endfor -%}
    {{ return(arguments | join(', ')) }}
{% endmacro %}

{# The body of a function. (dispatched) #}
{% macro scalar_function_body_sql() %}
    {{ return(adapter.dispatch('scalar_function_body_sql', 'dbt')()) }}
{% endmacro %}

{% macro default__scalar_function_body_sql() %}
    $$
        {{ model.compiled_code }}
    $$ language sql
{% endmacro %}

{# Whether a function gives the same for the same. (dispatched) #}
{% macro scalar_function_volatility_sql() %}
    {{ return(adapter.dispatch('scalar_function_volatility_sql', 'dbt')()) }}
{% endmacro %}

{% macro default__scalar_function_volatility_sql() %}
    {%- set words = {'deterministic': 'immutable', 'stable': 'stable', 'non-deterministic': 'volatile'} -%}
    {{ return(words.get(model.config.get('volatility'), '')) }}
{% endmacro %}

{# Warns that a function's volatility cannot be told to the database. (dispatched) #}
{% macro unsupported_volatility_warning(volatility) %}
    {{ return(adapter.dispatch('unsupported_volatility_warning', 'dbt')(volatility)) }}
{% endmacro %}

{% macro default__unsupported_volatility_warning(volatility) %}
    {% do exceptions.warn('the volatility `' ~ volatility ~ '` of ' ~ model.name ~ ' is not told to ' ~ adapter.type()) %}
{% endmacro %}

{# A function of many values. (dispatched) #}
{% macro aggregate_function_sql(target_relation) %}
    {{ return(adapter.dispatch('aggregate_function_sql', 'dbt')(target_relation)) }}
{% endmacro %}

{% macro default__aggregate_function_sql(target_relation) %}
    {%- do exceptions.raise_compiler_error('aggregates written in SQL cannot be made on ' ~ adapter.type()) -%}
{% endmacro %}
