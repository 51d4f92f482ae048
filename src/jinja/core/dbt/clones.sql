{# Clones: the relation of another environment under this one's name. #}

{% materialization clone, default %}
    {%- set relations = {'relations': []} -%}
    {%- if not defer_relation -%}
        {# There is nothing to clone in the other environment. #}
        {{ log('nothing to clone for ' ~ model.unique_id, info=true) }}
        {{ return(relations) }}
    {%- endif -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing and not flags.FULL_REFRESH -%}
        {{ log(existing ~ ' is there already', info=true) }}
        {{ return(relations) }}
    {%- endif -%}
    {%- set other = load_cached_relation(defer_relation) -%}
    {%- if other and other.type == 'table' and can_clone_table() -%}
        {%- set target = this.incorporate(type='table') -%}
        {%- if existing is not none and not existing.is_table -%}
            {%- do drop_relation_if_exists(existing) -%}
        {%- endif -%}
        {% call statement('main') -%}
            {{ create_or_replace_clone(target, defer_relation) }}
        {%- endcall %}
        {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=true)) -%}
        {%- do persist_docs(target, model) -%}
        {{ return({'relations': [target]}) }}
    {%- endif -%}
    {# A view does where tables cannot be cloned: `sql` selects everything from the other relation. #}
    {%- set view = context.get('materialization_view_' ~ adapter.type()) or context['materialization_view_default'] -%}
    {{ return(view()) }}
{% endmaterialization %}

{# Clones a table. (dispatched) #}
{% macro create_or_replace_clone(this_relation, defer_relation) %}
    {{ return(adapter.dispatch('create_or_replace_clone', 'dbt')(this_relation, defer_relation)) }}
{% endmacro %}

{% macro default__create_or_replace_clone(this_relation, defer_relation) %}
    create or replace table {{ this_relation.render() }} clone {{ defer_relation.render() }}
{% endmacro %}
