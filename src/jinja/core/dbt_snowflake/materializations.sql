{# Snowflake's materializations: a relation is replaced in one statement, and comes with all that a statement can say. #}

{% materialization table, adapter='snowflake' %}
    {{ return(_snowflake_materialized('table')) }}
{% endmaterialization %}

{% materialization view, adapter='snowflake' %}
    {{ return(_snowflake_materialized('view')) }}
{% endmaterialization %}

{# Builds a table or a view, with hooks, grants and the comments that its statement did not bring. #}
{% macro _snowflake_materialized(kind) %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type=kind) -%}
    {{ run_hooks(pre_hooks) }}
    {%- do _snowflake_build(existing, target, compiled_code) -%}
    {{ run_hooks(post_hooks) }}
    {%- set replaced = existing if existing is not none and existing.type == kind else none -%}
    {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(replaced, full_refresh_mode=true)) -%}
    {%- do persist_docs(target, model, for_relation=false, for_columns=kind == 'table' and not _snowflake_lists_columns()) -%}
    {{ return({'relations': [target]}) }}
{% endmacro %}

{# Creates or replaces a relation. What is of another kind cannot be replaced: the new one is built beside it, so that a
   failure leaves the old one as it was. #}
{% macro _snowflake_build(existing, target, compiled_code) %}
    {%- set in_the_way = existing is not none and existing.type != target.type -%}
    {%- set made = make_intermediate_relation(target) if in_the_way else target -%}
    {% call statement('main', language=model['language']) -%}
        {% if target.is_view -%}
            {{ get_create_view_as_sql(made, compiled_code) }}
        {%- else -%}
            {{ create_table_as(false, made, compiled_code, model['language']) }}
        {%- endif %}
    {%- endcall %}
    {%- if in_the_way -%}
        {%- do _snowflake_take_the_place(existing, made, target) -%}
    {%- endif -%}
{% endmacro %}

{# Puts a relation where another of another kind was. #}
{% macro _snowflake_take_the_place(existing, made, target) %}
    {%- if target.is_view -%}
        {%- do handle_existing_table(should_full_refresh(), existing) -%}
    {%- else -%}
        {{ log('the ' ~ existing.type ~ ' ' ~ target.render() ~ ' makes room for a ' ~ target.type) }}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(made, target) -%}
{% endmacro %}
