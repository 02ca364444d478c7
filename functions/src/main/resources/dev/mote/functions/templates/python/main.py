def handle(event):
    name = (event or {}).get("name", "world")
    return {"message": f"Hello, {name}!"}
