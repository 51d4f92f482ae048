{# Models that are functions of DuckDB giving tables: `create macro ... as table`. #}

{% materialization table_function, adapter='duckdb' %}
    {%- set parameters = config.get('parameters') or [] -%}
    {%- set parameters = [parameters] if parameters is string else parameters -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}
    {%- if existing is not none -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {% call statement('main') -%}
        create or replace function {{ this.render() }} ({{ parameters | join(', ') }}) as table (
            {{ sql }}
        );
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {# A function is no relation that could be looked up. #}
    {{ return({'relations': []}) }}
{% endmaterialization %}
